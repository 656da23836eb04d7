package io.tidegate.agent.merge;

import io.tidegate.routing.Publication;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes good what gossip leaves out about ports. Docker prints the ports of one task of a service,
 * drawn at random: while an update replaces tasks by ones with other ports, old and new ones take
 * turns, so a port stays for a moment after it was last seen. And where a manager's API told the
 * protocols before, they are still true.
 */
final class GossipPorts {

  /** Longer than the usual pause between two views, so that one alone never drops a port. */
  private static final long LINGER_NANOS = Duration.ofMillis(1500).toNanos();

  private final Map<String, Map<Publication, Long>> lastSeen = new HashMap<>();
  private final Map<String, List<Publication>> told = new HashMap<>();
  private boolean isUnsettled;

  /** True while a port is kept that was not in the last view: worth asking again soon. */
  boolean isUnsettled() {
    return isUnsettled;
  }

  /** Takes note of all that a manager told. */
  void tell(Collection<SeenService> services) {
    lastSeen.clear();
    told.clear();
    isUnsettled = false;
    services.forEach(service -> told.put(service.name(), service.publications()));
  }

  /** Takes note of what changed since then; null for a service that is gone. */
  void amend(Map<String, @Nullable SeenService> changes) {
    changes.forEach(
        (name, service) -> {
          if (service == null) {
            told.remove(name);
          } else {
            told.put(name, service.publications());
          }
        });
  }

  /** Completes a view by gossip. */
  List<SeenService> complete(List<SeenService> view, long nowNanos) {
    isUnsettled = false;
    Set<String> names = new HashSet<>();
    List<SeenService> complete = new ArrayList<>();
    for (SeenService service : view) {
      names.add(service.name());
      complete.add(service.withPublications(publications(service, nowNanos)));
    }
    lastSeen.keySet().retainAll(names);
    return complete;
  }

  private List<Publication> publications(SeenService service, long nowNanos) {
    Map<Publication, Long> seen =
        lastSeen.computeIfAbsent(service.name(), name -> new LinkedHashMap<>());
    for (Publication guess : service.publications()) {
      for (Publication publication : withProtocol(service.name(), guess)) {
        seen.put(publication, nowNanos);
      }
    }
    seen.entrySet().removeIf(entry -> isSuperseded(entry, seen, nowNanos));
    isUnsettled |= seen.values().stream().anyMatch(at -> at != nowNanos);
    return List.copyOf(seen.keySet());
  }

  /** Old, or the same published port now leads to another target port. */
  private static boolean isSuperseded(
      Map.Entry<Publication, Long> entry, Map<Publication, Long> seen, long nowNanos) {
    if (entry.getValue() == nowNanos) {
      return false;
    }
    return nowNanos - entry.getValue() >= LINGER_NANOS
        || seen.entrySet().stream()
            .anyMatch(
                other ->
                    other.getValue() == nowNanos
                        && other.getKey().port().equals(entry.getKey().port()));
  }

  private List<Publication> withProtocol(String service, Publication guess) {
    List<Publication> same =
        told.getOrDefault(service, List.of()).stream()
            .filter(
                known ->
                    known.port().number() == guess.port().number()
                        && known.targetPort() == guess.targetPort())
            .toList();
    return same.isEmpty() ? List.of(guess) : same;
  }
}
