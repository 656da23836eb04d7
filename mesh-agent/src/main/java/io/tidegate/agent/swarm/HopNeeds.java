package io.tidegate.agent.swarm;

import io.tidegate.routing.ChunkedMap.Difference;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.Topology;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Whose agents clients of this node may have to be passed to. A look at a topology costs what is
 * different in it.
 */
final class HopNeeds {

  private final Map<String, Set<String>> nodesByService = new HashMap<>();
  private Topology last = Topology.EMPTY;

  /** The ids of those nodes. */
  Set<String> nodes(Topology topology) {
    for (Difference<String, Service> service :
        topology.servicesById().differencesFrom(last.servicesById())) {
      Set<String> nodes = service.after() == null ? Set.of() : nodes(service.after());
      if (nodes.isEmpty()) {
        nodesByService.remove(service.key());
      } else {
        nodesByService.put(service.key(), nodes);
      }
    }
    last = topology;
    Set<String> all = new HashSet<>();
    nodesByService.values().forEach(all::addAll);
    return all;
  }

  private static Set<String> nodes(Service service) {
    boolean isTransparent = service.policy().clientAddress().told() == ClientIp.TRANSPARENT;
    Set<String> nodes = new HashSet<>();
    for (Task task : service.tasks()) {
      Reach.Kind kind = task.reach().kind();
      if (kind == Reach.Kind.NONE || (isTransparent && kind == Reach.Kind.OVERLAY)) {
        nodes.add(task.nodeId());
      }
    }
    return nodes;
  }
}
