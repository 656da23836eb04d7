package io.tidegate.agent.swarm;

import io.tidegate.routing.Service;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** The services as the mesh takes them: those that nothing touched stay the same objects. */
final class RoutedServices {

  private final SortedMap<String, Service> byName = new TreeMap<>();
  private final Set<String> stale = new HashSet<>();
  private boolean isAllStale;
  private List<Service> list = List.of();

  /** Something about a service may be different now. */
  void touch(String name) {
    stale.add(name);
  }

  /** Something about any service may be different now. */
  void touchAll() {
    isAllStale = true;
  }

  /**
   * All services in the order of their names; the same list as before if nothing changed.
   *
   * @param seen those that there are, by name
   */
  List<Service> refresh(Map<String, SeenService> seen, Function<SeenService, Service> builder) {
    if (isAllStale) {
      stale.addAll(byName.keySet());
      stale.addAll(seen.keySet());
    }
    boolean isChanged = false;
    for (String name : stale) {
      isChanged |= refresh(name, seen, builder);
    }
    stale.clear();
    isAllStale = false;
    if (isChanged) {
      list = List.copyOf(byName.values());
    }
    return list;
  }

  private boolean refresh(
      String name, Map<String, SeenService> seen, Function<SeenService, Service> builder) {
    SeenService service = seen.get(name);
    if (service == null) {
      return byName.remove(name) != null;
    }
    Service built = builder.apply(service);
    if (built.equals(byName.get(name))) {
      return false;
    }
    byName.put(name, built);
    return true;
  }
}
