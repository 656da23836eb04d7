package io.tidegate.control;

import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Node;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.Service;
import io.tidegate.routing.Topology;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * From topology to routes: decides which endpoints may be picked. A service that is equal to the
 * one in the topology before keeps its routes.
 */
final class Routes {

  private record Built(Service service, Route route) {}

  private Map<PublishedPort, Built> built = Map.of();
  private List<Node> nodes = List.of();

  /**
   * The routes of a topology. Of two services that publish one port, the one with the smaller id
   * has it.
   */
  SortedMap<PublishedPort, Route> of(Topology topology) {
    boolean isSameNodes = topology.nodes().equals(nodes);
    Map<PublishedPort, Built> before = isSameNodes ? built : Map.of();
    built = HashMap.newHashMap(before.size());
    nodes = topology.nodes();
    SortedMap<PublishedPort, Route> routes = new TreeMap<>();
    for (Service service : topology.services()) {
      for (Publication publication : service.publications()) {
        built.computeIfAbsent(
            publication.port(), port -> build(service, publication, before.get(port)));
      }
    }
    built.forEach((port, route) -> routes.put(port, route.route()));
    return routes;
  }

  private Built build(Service service, Publication publication, @Nullable Built before) {
    return before != null && before.service().equals(service)
        ? before
        : new Built(service, route(service, publication, nodes));
  }

  private static Route route(Service service, Publication publication, List<Node> nodes) {
    List<Endpoint> all =
        service.tasks().stream().map(task -> Endpoint.of(task, publication.targetPort())).toList();
    return new Route(
        publication.port(),
        service.id(),
        service.name(),
        service.policy(),
        all.stream().filter(Routes::isEligible).toList(),
        nodes.stream().map(node -> Endpoint.detour(node, publication.port())).toList(),
        all.stream().filter(endpoint -> !isEligible(endpoint)).toList());
  }

  private static boolean isEligible(Endpoint endpoint) {
    return endpoint.state() == EndpointState.READY;
  }
}
