package io.tidegate.agent.merge;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps services that vanished for a doubtful reason.
 *
 * <p>A daemon that has just restarted, or that has just lost sight of other nodes, answers with
 * what it has learned so far: nothing at first, everything half a minute later. So from the moment
 * of doubt every known service stays until it is seen again, or until the source has been silent
 * about it for longer than it can be late. A service that is seen is in no doubt, whatever tasks it
 * has lost.
 *
 * <pre>
 *   doubt()   first view           3 s            hold over
 *   ──┬───────────┬─────────────────┬─────────────────┬──────▶
 *     │           │ absent: kept                      │ absent: gone
 *     │           │ present: kept   │ present: in no doubt, may vanish at once from here on
 * </pre>
 *
 * <p>And a view with nothing at all in it must be seen for a moment before it counts.
 */
final class Probation {

  private static final long CONFIRM_NANOS = Duration.ofSeconds(3).toNanos();
  private static final long EMPTY_NANOS = Duration.ofMillis(300).toNanos();

  private Map<String, SeenService> admitted = new LinkedHashMap<>();
  private final Set<String> doubted = new HashSet<>();
  private boolean isDoubtNew;
  private long doubtNanos;
  private boolean isEmpty;
  private long emptyNanos;

  /** Something happened after which the source may not tell all. */
  void doubt() {
    doubted.addAll(admitted.keySet());
    isDoubtNew = true;
  }

  /** True while a view is held back that the next one may confirm: worth asking again soon. */
  boolean isUnsettled() {
    return isEmpty && !admitted.isEmpty() && doubted.isEmpty();
  }

  /** The services that count, by name: what was seen, with what is kept. */
  Map<String, SeenService> admitted() {
    return Collections.unmodifiableMap(admitted);
  }

  /**
   * Takes what changed since the last view, from a source that misses nothing: what it says is in
   * no doubt.
   *
   * @param changes services by name, null for one that is gone
   */
  void amend(Map<String, @Nullable SeenService> changes) {
    changes.forEach(
        (name, service) -> {
          if (service != null) {
            admitted.put(name, service);
          } else {
            admitted.remove(name);
            doubted.remove(name);
          }
        });
  }

  /**
   * Takes a view, and keeps of the last one what is in doubt.
   *
   * @param hold how late the source can be after a doubt
   */
  void admit(Collection<SeenService> view, Duration hold, long nowNanos) {
    if (isDoubtNew) {
      isDoubtNew = false;
      doubtNanos = nowNanos;
    }
    if (isTooSuddenlyEmpty(view, nowNanos)) {
      return;
    }
    Map<String, SeenService> seen = new LinkedHashMap<>();
    view.forEach(service -> seen.put(service.name(), service));
    long doubtAgeNanos = nowNanos - doubtNanos;
    for (String name : List.copyOf(doubted)) {
      SeenService before = admitted.get(name);
      boolean isOver = doubtAgeNanos >= (seen.containsKey(name) ? CONFIRM_NANOS : hold.toNanos());
      if (isOver || before == null) {
        doubted.remove(name);
      } else {
        seen.putIfAbsent(name, before);
      }
    }
    admitted = seen;
  }

  private boolean isTooSuddenlyEmpty(Collection<SeenService> view, long nowNanos) {
    if (!view.isEmpty()) {
      isEmpty = false;
      return false;
    }
    if (!isEmpty) {
      isEmpty = true;
      emptyNanos = nowNanos;
    }
    return nowNanos - emptyNanos < EMPTY_NANOS;
  }
}
