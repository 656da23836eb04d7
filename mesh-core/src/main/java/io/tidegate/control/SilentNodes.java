package io.tidegate.control;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Nodes of which connects to several tasks were not answered lately. A node is not taken for gone
 * before others of its tasks were asked too.
 *
 * <pre>
 *   silent: a     b, within 1 s of a                 250 ms later
 *                 ask others on the node             nobody has answered: gone
 * </pre>
 */
final class SilentNodes {

  static final Duration WITHIN = Duration.ofSeconds(1);

  /** How long those who are asked may take; the answer of a node that is there takes few. */
  static final Duration GRACE = Duration.ofMillis(250);

  private static final int MANY = 2;

  private final Map<String, Suspicion> byNode = new HashMap<>();

  private static final class Suspicion {
    final Map<String, Long> sinceByTask = new HashMap<>();
    long dueNanos;
    boolean isAsked;
  }

  /**
   * A task on a node keeps silent.
   *
   * @param isOnlyOne whether the node has no other; only asked where that matters
   * @return the silent tasks if others on the node are to be asked now, or null
   */
  @Nullable Set<String> onSilence(
      String nodeId, String taskId, BooleanSupplier isOnlyOne, long nowNanos) {
    Suspicion suspicion = byNode.computeIfAbsent(nodeId, _ -> new Suspicion());
    if (suspicion.isAsked) {
      return null;
    }
    Map<String, Long> silent = suspicion.sinceByTask;
    silent.values().removeIf(since -> nowNanos - since > WITHIN.toNanos());
    silent.put(taskId, nowNanos);
    suspicion.dueNanos = nowNanos + WITHIN.toNanos();
    if (silent.size() < MANY && !isOnlyOne.getAsBoolean()) {
      return null;
    }
    suspicion.isAsked = true;
    suspicion.dueNanos = nowNanos + GRACE.toNanos();
    return silent.keySet();
  }

  /** Somebody on the node has answered. */
  void onSound(String nodeId) {
    byNode.remove(nodeId);
  }

  /** The nodes that are gone, by now. */
  List<String> takeGone(long nowNanos) {
    List<String> gone = new ArrayList<>();
    byNode
        .entrySet()
        .removeIf(
            entry -> {
              Suspicion suspicion = entry.getValue();
              boolean isDue = suspicion.dueNanos - nowNanos <= 0;
              if (isDue && suspicion.isAsked) {
                gone.add(entry.getKey());
              }
              return isDue;
            });
    return gone;
  }

  /** In how many nanoseconds there is something to do, or a limit that is sooner. */
  long dueInNanos(long nowNanos, long limitNanos) {
    long dueInNanos = limitNanos;
    for (Suspicion suspicion : byNode.values()) {
      dueInNanos = Math.min(dueInNanos, suspicion.dueNanos - nowNanos);
    }
    return dueInNanos;
  }
}
