package io.tidegate.control;

import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Node;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.Service;
import io.tidegate.routing.Topology;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** From topology to routes: decides which endpoints may be picked. */
final class Routes {

  private Routes() {}

  /**
   * The routes of a topology. Of two services that publish one port, the one with the smaller id
   * has it.
   */
  static SortedMap<PublishedPort, Route> of(Topology topology) {
    SortedMap<PublishedPort, Route> routes = new TreeMap<>();
    for (Service service : topology.services()) {
      for (Publication publication : service.publications()) {
        routes.computeIfAbsent(
            publication.port(), port -> route(service, publication, topology.nodes()));
      }
    }
    return routes;
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
