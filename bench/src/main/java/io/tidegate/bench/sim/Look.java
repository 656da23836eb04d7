package io.tidegate.bench.sim;

import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One whole table beside what is true.
 *
 * @param oldestGone what is picked longest of all that must not be, or null
 * @param missing services that have running tasks, and no endpoint
 * @param wrong a port whose endpoints are not exactly the tasks that can take traffic, or null
 */
record Look(
    Difference.@Nullable Gone oldestGone, List<SwarmService> missing, @Nullable String wrong) {

  static Look at(RoutingTable table, Swarm swarm) {
    Difference.Gone oldest = null;
    List<SwarmService> missing = new ArrayList<>();
    String wrong = null;
    for (SwarmService service : swarm.services) {
      Route route = table.routes().get(service.port);
      List<Endpoint> endpoints = route == null ? List.of() : route.endpoints();
      if (endpoints.isEmpty() && service.running > 0) {
        missing.add(service);
      }
      boolean isWrong = endpoints.size() != service.running;
      for (Endpoint endpoint : endpoints) {
        SwarmTask task = Objects.requireNonNull(swarm.everyTask.get(endpoint.taskId()));
        isWrong |= !task.isOn();
        if (!task.isOn() && (oldest == null || task.offNanos < oldest.sinceNanos())) {
          oldest = new Difference.Gone(service.port, task.id, task.offNanos);
        }
      }
      wrong = isWrong ? service.port.toString() : wrong;
    }
    return new Look(oldest, missing, wrong);
  }
}
