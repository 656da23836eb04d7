package io.tidegate.agent;

import io.tidegate.routing.ChunkedMap.Difference;
import io.tidegate.routing.Service;
import io.tidegate.routing.Topology;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which services ask that tasks see their clients' own addresses. A look at a topology costs what
 * is different in it.
 */
final class TransparentServices {

  private final Set<String> ids = new HashSet<>();
  private Topology last = Topology.EMPTY;

  /** Whether any service asks. */
  boolean areIn(Topology topology) {
    for (Difference<String, Service> service :
        topology.servicesById().differencesFrom(last.servicesById())) {
      if (asks(service.after())) {
        ids.add(service.key());
      } else {
        ids.remove(service.key());
      }
    }
    last = topology;
    return !ids.isEmpty();
  }

  private static boolean asks(@Nullable Service service) {
    return service != null && service.policy().clientAddress().isTransparent();
  }
}
