package io.tidegate.agent.merge;

import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Service;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The services as the mesh takes them: those that nothing touched stay the same objects. */
final class RoutedServices {

  private Set<String> stale = new HashSet<>();
  private boolean isAllStale;
  private ChunkedMap<String, Service> byName = ChunkedMap.empty();

  /** Something about a service may be different now. */
  void touch(String name) {
    stale.add(name);
  }

  /** Something about any service may be different now. */
  void touchAll() {
    isAllStale = true;
  }

  /**
   * All services by their names; the same map as before if nothing changed.
   *
   * @param seen those that there are, by name
   * @param builder gives null for one that does not concern the mesh
   */
  ChunkedMap<String, Service> refresh(
      Map<String, SeenService> seen, Function<SeenService, @Nullable Service> builder) {
    if (isAllStale) {
      stale.addAll(byName.keySet());
      stale.addAll(seen.keySet());
    }
    for (String name : stale) {
      SeenService told = seen.get(name);
      Service service = told == null ? null : builder.apply(told);
      byName = service == null ? byName.without(name) : byName.with(name, service);
    }
    // not cleared, which would leave it as large as it ever was
    stale = new HashSet<>();
    isAllStale = false;
    return byName;
  }
}
