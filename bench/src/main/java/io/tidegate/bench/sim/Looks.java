package io.tidegate.bench.sim;

import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All tables at one moment beside what is true. What many nodes have is looked at once, and so is a
 * route that many tables have.
 */
final class Looks {

  private final Swarm swarm;
  private final Map<Standing, Look> byStanding = new HashMap<>();
  private final IdentityHashMap<Route, Sight> byRoute = new IdentityHashMap<>();

  /**
   * One route.
   *
   * @param oldestGone what is picked longest of all that must not be, or null
   */
  private record Sight(@Nullable Gone oldestGone, boolean isWrong) {}

  Looks(Swarm swarm) {
    this.swarm = swarm;
  }

  /** At what a node has in force. Its table must be kept. */
  Look at(Standing standing) {
    return byStanding.computeIfAbsent(standing, it -> look(it.table()));
  }

  private Look look(RoutingTable table) {
    Gone oldest = null;
    List<SwarmService> missing = new ArrayList<>();
    String wrong = table.routes().size() > swarm.services.size() ? "more than published" : null;
    for (SwarmService service : swarm.services) {
      Route route = table.routes().get(service.port);
      if (service.running > 0 && (route == null || route.endpoints().isEmpty())) {
        missing.add(service);
      }
      Sight sight = route == null ? new Sight(null, service.running > 0) : sight(route, service);
      oldest = Gone.older(oldest, sight.oldestGone);
      wrong = sight.isWrong ? service.port.toString() : wrong;
    }
    return new Look(table, oldest, missing, wrong);
  }

  private Sight sight(Route route, SwarmService service) {
    Sight known = byRoute.get(route);
    if (known == null) {
      known = fresh(route, service);
      byRoute.put(route, known);
    }
    return known;
  }

  private Sight fresh(Route route, SwarmService service) {
    Gone oldest = null;
    boolean isWrong =
        !route.serviceName().equals(service.value.name())
            || route.endpoints().size() != service.running
            || !route.withheld().isEmpty();
    for (Endpoint endpoint : route.endpoints()) {
      SwarmTask task = Objects.requireNonNull(swarm.everyTask.get(endpoint.taskId()));
      isWrong |= !isRight(endpoint, task, service);
      if (!task.isOn()) {
        oldest = Gone.older(oldest, new Gone(service.port, task.id, task.offNanos));
      }
    }
    return new Sight(oldest, isWrong);
  }

  private static boolean isRight(Endpoint endpoint, SwarmTask task, SwarmService service) {
    return task.isOn()
        && task.service == service
        && endpoint.state() == EndpointState.READY
        && task.node != null
        && endpoint.nodeId().equals(task.node.id)
        && isAt(endpoint.address(), task.address());
  }

  private static boolean isAt(@Nullable InetSocketAddress address, String expected) {
    return address != null
        && address.getPort() == Founding.TARGET_PORT
        && address.getAddress().getHostAddress().equals(expected);
  }
}
