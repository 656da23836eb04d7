package io.tidegate.control;

import io.tidegate.control.Eligibility.Choice;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.ChunkedMap.Difference;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.Topology;
import io.tidegate.routing.VirtualIp;
import io.tidegate.routing.VirtualPort;
import io.tidegate.routing.VirtualRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The routes of virtual addresses that follow from one topology, beside those of published ports
 * ({@link Routes}), and made from the ones before in the same way.
 *
 * @param claims for each address that counts here the services that have it, the oldest first: one,
 *     but for a moment while the address goes from one that is gone to another
 */
record VirtualRoutes(
    ChunkedMap<String, Service> services,
    ChunkedMap<VirtualPort, List<Service>> claims,
    ChunkedMap<VirtualPort, VirtualRoute> byPort) {

  /** What follows from nothing. */
  static final VirtualRoutes NONE =
      new VirtualRoutes(ChunkedMap.empty(), ChunkedMap.empty(), ChunkedMap.empty());

  /** What follows from the next topology. */
  VirtualRoutes next(Topology next, Eligibility<VirtualPort> eligibility, long nowNanos) {
    ChunkedMap<VirtualPort, List<Service>> claimsNow = claims;
    for (Difference<String, Service> service : next.servicesById().differencesFrom(services)) {
      claimsNow = service.before() == null ? claimsNow : without(claimsNow, service.before());
      claimsNow = service.after() == null ? claimsNow : with(claimsNow, service.after());
    }
    VirtualRoutes now = new VirtualRoutes(next.servicesById(), claimsNow, byPort);
    for (Difference<VirtualPort, List<Service>> port : claimsNow.differencesFrom(claims)) {
      now = now.decide(port.key(), port.after(), eligibility, nowNanos);
    }
    return now;
  }

  private static ChunkedMap<VirtualPort, List<Service>> with(
      ChunkedMap<VirtualPort, List<Service>> claims, Service service) {
    ChunkedMap<VirtualPort, List<Service>> now = claims;
    for (VirtualPort port : ports(service)) {
      Stream<Service> others = now.getOrDefault(port, List.of()).stream();
      now =
          now.with(port, Stream.concat(others, Stream.of(service)).sorted(Service.BY_AGE).toList());
    }
    return now;
  }

  private static ChunkedMap<VirtualPort, List<Service>> without(
      ChunkedMap<VirtualPort, List<Service>> claims, Service service) {
    ChunkedMap<VirtualPort, List<Service>> now = claims;
    for (VirtualPort port : ports(service)) {
      List<Service> others =
          now.getOrDefault(port, List.of()).stream()
              .filter(other -> !other.id().equals(service.id()))
              .toList();
      now = others.isEmpty() ? now.without(port) : now.with(port, others);
    }
    return now;
  }

  private static List<VirtualPort> ports(Service service) {
    List<VirtualPort> ports = new ArrayList<>();
    for (VirtualIp ip : service.virtualIps()) {
      if (ip.isRouted()) {
        ports.add(VirtualPort.of(ip, Protocol.TCP));
        ports.add(VirtualPort.of(ip, Protocol.UDP));
      }
    }
    return ports;
  }

  /** What follows from the same topology where other endpoints of these services may be picked. */
  VirtualRoutes again(Set<String> serviceIds, Eligibility<VirtualPort> eligibility, long nowNanos) {
    List<VirtualPort> ports = new ArrayList<>();
    for (String id : serviceIds) {
      Service service = services.get(id);
      if (service != null) {
        ports.addAll(ports(service));
      }
    }
    return again(ports, eligibility, nowNanos);
  }

  /** The same for some routes. */
  VirtualRoutes again(
      List<VirtualPort> ports, Eligibility<VirtualPort> eligibility, long nowNanos) {
    VirtualRoutes now = this;
    for (VirtualPort port : ports) {
      now = now.decide(port, claims.get(port), eligibility, nowNanos);
    }
    return now;
  }

  /** Swarm gives an address to another service only when the one before is gone. */
  private VirtualRoutes decide(
      VirtualPort port,
      @Nullable List<Service> claimed,
      Eligibility<VirtualPort> eligibility,
      long nowNanos) {
    if (claimed == null) {
      eligibility.forget(port);
      return new VirtualRoutes(services, claims, byPort.without(port));
    }
    VirtualRoute route = route(port, claimed.getLast(), eligibility, nowNanos);
    return new VirtualRoutes(services, claims, byPort.with(port, route));
  }

  private static VirtualRoute route(
      VirtualPort port, Service service, Eligibility<VirtualPort> eligibility, long nowNanos) {
    VirtualIp ip = ipOf(port, service);
    List<Endpoint> all = service.tasks().stream().map(task -> endpoint(task, ip)).toList();
    Choice choice = eligibility.choose(port, port.protocol(), all, nowNanos);
    Route route =
        new Route(
            port.ports(),
            service.id(),
            service.name(),
            service.virtualPolicy(),
            choice.endpoints(),
            List.of(),
            choice.withheld(),
            Publication.Means.VIRTUAL,
            true);
    return new VirtualRoute(ip, route);
  }

  private static VirtualIp ipOf(VirtualPort port, Service service) {
    for (VirtualIp ip : service.virtualIps()) {
      if (ip.networkId().equals(port.networkId()) && ip.address().equals(port.address())) {
        return ip;
      }
    }
    throw new IllegalStateException(port + " is none of " + service.name());
  }

  /** A task at a virtual address. Its port is the first of all: which one is asked is added. */
  static Endpoint endpoint(Task task, VirtualIp ip) {
    return Endpoint.of(task.by(ip.wayTo(task.addresses())), PublishedPort.FIRST);
  }
}
