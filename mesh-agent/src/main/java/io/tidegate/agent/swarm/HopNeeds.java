package io.tidegate.agent.swarm;

import io.tidegate.routing.ChunkedMap.Difference;
import io.tidegate.routing.Policy;
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
  private final Map<String, Integer> servicesByNode = new HashMap<>();
  private Topology last = Topology.EMPTY;

  /** The ids of those nodes. */
  Set<String> nodes(Topology topology) {
    for (Difference<String, Service> service :
        topology.servicesById().differencesFrom(last.servicesById())) {
      replace(service.key(), service.after() == null ? Set.of() : nodes(service.after()));
    }
    last = topology;
    return Set.copyOf(servicesByNode.keySet());
  }

  private void replace(String service, Set<String> nodes) {
    Set<String> before =
        nodes.isEmpty() ? nodesByService.remove(service) : nodesByService.put(service, nodes);
    nodes.forEach(node -> servicesByNode.merge(node, 1, Integer::sum));
    if (before != null) {
      before.forEach(
          node -> servicesByNode.computeIfPresent(node, (_, n) -> n == 1 ? null : n - 1));
    }
  }

  private static Set<String> nodes(Service service) {
    if (service.publications().isEmpty()) {
      return Set.of();
    }
    Policy policy = service.policy();
    boolean isPassed = policy.clientAddress().isTransparent() || policy.isTlsOnly();
    Set<String> nodes = new HashSet<>();
    for (Task task : service.tasks()) {
      Reach.Kind kind = task.reach().kind();
      if (kind == Reach.Kind.NONE || (isPassed && kind == Reach.Kind.OVERLAY)) {
        nodes.add(task.nodeId());
      }
    }
    return nodes;
  }
}
