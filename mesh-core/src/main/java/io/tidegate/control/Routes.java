package io.tidegate.control;

import io.tidegate.control.Claims.Claim;
import io.tidegate.control.Eligibility.Choice;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.ChunkedMap.Difference;
import io.tidegate.routing.Clash;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Node;
import io.tidegate.routing.NodeRule;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Service;
import io.tidegate.routing.Topology;
import io.tidegate.routing.Unserved;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that follows from one topology: whose each port is and which endpoints may be picked. What
 * follows from the next topology is made from it, at the cost of what is different there.
 *
 * <pre>
 *   services that differ ──► ports whose claims differ ──► their routes and clashes
 *   services of which other endpoints may be picked ───────► their routes
 * </pre>
 */
record Routes(
    Topology topology,
    Claims claims,
    Overlaps overlaps,
    ChunkedMap<PublishedPort, Route> byPort,
    ChunkedMap<PublishedPort, Clash> clashes,
    ChunkedMap<PublishedPort, Unserved> unserved) {

  /** What follows from nothing. */
  static final Routes NONE = from(List.of());

  private static Routes from(List<Node> nodes) {
    return new Routes(
        new Topology(List.of(), nodes),
        Claims.NONE,
        Overlaps.NONE,
        ChunkedMap.empty(),
        ChunkedMap.empty(),
        ChunkedMap.empty());
  }

  RoutingTable table(long version) {
    return new RoutingTable(version, byPort, clashes, unserved);
  }

  /** What follows from the next topology. With other nodes, every route has other detours. */
  Routes next(Topology next, Eligibility<PublishedPort> eligibility, long nowNanos) {
    Routes before = next.nodes().equals(topology.nodes()) ? this : from(next.nodes());
    Claims claimsNow = before.claimsIn(next);
    // the list that all routes share already, not its equal
    Topology shared =
        new Topology(next.servicesById(), before.topology.nodes(), next.traits(), Origin.NONE);
    var differences = claimsNow.byPort().differencesFrom(before.claims.byPort());
    Overlaps overlapsNow = differences.isEmpty() ? before.overlaps : Overlaps.of(claimsNow);
    Routes now =
        new Routes(shared, claimsNow, overlapsNow, before.byPort, before.clashes, before.unserved);
    for (var port : differences) {
      now = now.decide(port.key(), port.after(), eligibility, nowNanos);
    }
    List<PublishedPort> inTheWay = List.copyOf(overlapsNow.differencesFrom(before.overlaps));
    now = now.again(inTheWay, eligibility, nowNanos);
    return next.traits().equals(before.topology.traits())
        ? now
        : now.again(now.portsOfSomeNodes(), eligibility, nowNanos);
  }

  /** The ports that not every node has to serve. */
  private List<PublishedPort> portsOfSomeNodes() {
    return claims.byPort().values().stream()
        .map(List::getFirst)
        .filter(claim -> !claim.service().policy().nodes().isEmpty())
        .map(claim -> claim.publication().port())
        .toList();
  }

  /** What follows from the same topology where other endpoints of these services may be picked. */
  Routes again(Set<String> serviceIds, Eligibility<PublishedPort> eligibility, long nowNanos) {
    List<PublishedPort> ports = new ArrayList<>();
    for (String id : serviceIds) {
      Service service = topology.servicesById().get(id);
      if (service != null) {
        service.publications().forEach(publication -> ports.add(publication.port()));
      }
    }
    return again(ports, eligibility, nowNanos);
  }

  /** The same for the routes of some ports. */
  Routes again(List<PublishedPort> ports, Eligibility<PublishedPort> eligibility, long nowNanos) {
    Routes now = this;
    for (PublishedPort port : ports) {
      now = now.decide(port, claims.byPort().get(port), eligibility, nowNanos);
    }
    return now;
  }

  private Claims claimsIn(Topology next) {
    Claims now = claims;
    for (Difference<String, Service> service :
        next.servicesById().differencesFrom(topology.servicesById())) {
      now = service.before() == null ? now : now.without(service.before());
      now = service.after() == null ? now : now.with(service.after());
    }
    return now;
  }

  /** Of several services that publish one port, the oldest has it. */
  private Routes decide(
      PublishedPort port,
      @Nullable List<Claim> claimed,
      Eligibility<PublishedPort> eligibility,
      long nowNanos) {
    if (claimed == null) {
      eligibility.forget(port);
      return new Routes(
          topology,
          claims,
          overlaps,
          byPort.without(port),
          clashes.without(port),
          unserved.without(port));
    }
    Claim keeper = overlaps.keeperOf(port);
    if (keeper != null) {
      eligibility.forget(port);
      return new Routes(
          topology,
          claims,
          overlaps,
          byPort.without(port),
          clashes.with(port, overlap(port, keeper, claimed)),
          unserved.without(port));
    }
    ChunkedMap<PublishedPort, Clash> clashesNow =
        claimed.size() == 1 ? clashes.without(port) : clashes.with(port, clash(port, claimed));
    Unserved elsewhere = Unserved.of(port, claimed.getFirst().service(), topology.traits());
    if (elsewhere != null) {
      eligibility.forget(port);
      return new Routes(
          topology,
          claims,
          overlaps,
          byPort.without(port),
          clashesNow,
          unserved.with(port, elsewhere));
    }
    return new Routes(
        topology,
        claims,
        overlaps,
        byPort.with(port, route(claimed.getFirst(), eligibility, nowNanos)),
        clashesNow,
        unserved.without(port));
  }

  private static Clash overlap(PublishedPort port, Claim keeper, List<Claim> claimed) {
    return new Clash(port, keeper.inClash(), claimed.stream().map(Claim::inClash).toList());
  }

  private static Clash clash(PublishedPort port, List<Claim> claimed) {
    List<Clash.Claim> all = claimed.stream().map(Claim::inClash).toList();
    return new Clash(port, all.getFirst(), all.subList(1, all.size()));
  }

  private Route route(Claim claim, Eligibility<PublishedPort> eligibility, long nowNanos) {
    Service service = claim.service();
    Publication publication = claim.publication();
    List<Node> serving = servingNodes(service);
    Ways ways = new Ways(service.policy(), publication, serving);
    List<Endpoint> all = service.tasks().stream().map(ways::endpoint).toList();
    Choice choice =
        eligibility.choose(publication.port(), publication.port().protocol(), all, nowNanos);
    return new Route(
        publication.port(),
        service.id(),
        service.name(),
        service.policy(),
        choice.endpoints(),
        detours(service, serving),
        choice.withheld(),
        publication.means(),
        publication.isParallel());
  }

  /** A detour is as open as the network between the nodes. */
  private static List<Node> detours(Service service, List<Node> serving) {
    return service.policy().isTlsOnly() ? List.of() : serving;
  }

  /** Nodes that do not serve the port cannot help, and take no client of it. */
  private List<Node> servingNodes(Service service) {
    List<NodeRule> rules = service.policy().nodes();
    return rules.isEmpty()
        ? topology.nodes()
        : topology.nodes().stream()
            .filter(node -> topology.traits().allow(rules, node.id()))
            .toList();
  }
}
