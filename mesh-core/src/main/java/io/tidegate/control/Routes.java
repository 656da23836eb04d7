package io.tidegate.control;

import io.tidegate.routing.Clash;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Node;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Service;
import io.tidegate.routing.Topology;
import java.util.ArrayList;
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

  private record Claimed(Service service, Publication publication) {

    Clash.Claim claim() {
      return new Clash.Claim(service.id(), service.name(), publication.means());
    }
  }

  private record Built(Claimed claimed, Route route) {}

  private Map<PublishedPort, Built> built = Map.of();
  private List<Node> nodes = List.of();

  /** The table of a topology. Of several services that publish one port, the oldest has it. */
  RoutingTable of(Topology topology, long version) {
    Map<PublishedPort, Built> before = topology.nodes().equals(nodes) ? built : Map.of();
    built = HashMap.newHashMap(before.size());
    nodes = topology.nodes();
    SortedMap<PublishedPort, Route> routes = new TreeMap<>();
    List<Clash> clashes = new ArrayList<>();
    claims(topology)
        .forEach(
            (port, claims) -> {
              Built now = build(claims.getFirst(), before.get(port));
              built.put(port, now);
              routes.put(port, now.route());
              if (claims.size() > 1) {
                clashes.add(clash(port, claims));
              }
            });
    return new RoutingTable(version, routes, clashes);
  }

  private static Clash clash(PublishedPort port, List<Claimed> claims) {
    List<Clash.Claim> all = claims.stream().map(Claimed::claim).toList();
    return new Clash(port, all.getFirst(), all.subList(1, all.size()));
  }

  private Built build(Claimed claimed, @Nullable Built before) {
    return before != null && before.claimed().equals(claimed)
        ? before
        : new Built(claimed, route(claimed, nodes));
  }

  private static SortedMap<PublishedPort, List<Claimed>> claims(Topology topology) {
    SortedMap<PublishedPort, List<Claimed>> claims = new TreeMap<>();
    for (Service service : topology.services().stream().sorted(Service.BY_AGE).toList()) {
      for (Publication publication : service.publications()) {
        claims
            .computeIfAbsent(publication.port(), _ -> new ArrayList<>(1))
            .add(new Claimed(service, publication));
      }
    }
    return claims;
  }

  private static Route route(Claimed claimed, List<Node> nodes) {
    Service service = claimed.service;
    Publication publication = claimed.publication;
    List<Endpoint> all =
        service.tasks().stream().map(task -> Endpoint.of(task, publication.targetPort())).toList();
    return new Route(
        publication.port(),
        service.id(),
        service.name(),
        service.policy(),
        all.stream().filter(Routes::isEligible).toList(),
        nodes,
        all.stream().filter(endpoint -> !isEligible(endpoint)).toList());
  }

  private static boolean isEligible(Endpoint endpoint) {
    return endpoint.state() == EndpointState.READY;
  }
}
