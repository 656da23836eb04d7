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
 * @param claims for each address that counts here, by its TCP ports, the services that have it, the
 *     oldest first: one, but for a moment while the address goes from one that is gone to another
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
      claimsNow = claimed(claimsNow, service);
    }
    VirtualRoutes now = new VirtualRoutes(next.servicesById(), claimsNow, byPort);
    for (Difference<VirtualPort, List<Service>> address : claimsNow.differencesFrom(claims)) {
      now = now.decide(address.key(), address.after(), eligibility, nowNanos);
    }
    return now;
  }

  private static ChunkedMap<VirtualPort, List<Service>> claimed(
      ChunkedMap<VirtualPort, List<Service>> claims, Difference<String, Service> service) {
    ChunkedMap<VirtualPort, List<Service>> now = claims;
    List<VirtualPort> before = addresses(service.before());
    List<VirtualPort> after = addresses(service.after());
    for (VirtualPort address : before) {
      if (!after.contains(address)) {
        List<Service> others = others(now, address, service.key());
        now = others.isEmpty() ? now.without(address) : now.with(address, others);
      }
    }
    for (VirtualPort address : after) {
      Stream<Service> all =
          Stream.concat(
              others(now, address, service.key()).stream(), Stream.ofNullable(service.after()));
      now = now.with(address, all.sorted(Service.BY_AGE).toList());
    }
    return now;
  }

  private static List<Service> others(
      ChunkedMap<VirtualPort, List<Service>> claims, VirtualPort address, String serviceId) {
    return claims.getOrDefault(address, List.of()).stream()
        .filter(other -> !other.id().equals(serviceId))
        .toList();
  }

  /** Those that count here. */
  private static List<VirtualPort> addresses(@Nullable Service service) {
    List<VirtualPort> addresses = new ArrayList<>();
    for (VirtualIp ip : service == null ? List.<VirtualIp>of() : service.virtualIps()) {
      if (ip.isRouted()) {
        addresses.add(VirtualPort.of(ip, Protocol.TCP));
      }
    }
    return addresses;
  }

  /** What follows from the same topology where other endpoints of these services may be picked. */
  VirtualRoutes again(Set<String> serviceIds, Eligibility<VirtualPort> eligibility, long nowNanos) {
    VirtualRoutes now = this;
    for (String id : serviceIds) {
      for (VirtualPort address : addresses(services.get(id))) {
        now = now.decide(address, claims.get(address), eligibility, nowNanos);
      }
    }
    return now;
  }

  /** The same for some routes. */
  VirtualRoutes again(
      List<VirtualPort> ports, Eligibility<VirtualPort> eligibility, long nowNanos) {
    VirtualRoutes now = this;
    for (VirtualPort port : ports) {
      VirtualPort address = port.with(Protocol.TCP);
      now = now.decide(address, claims.get(address), eligibility, nowNanos);
    }
    return now;
  }

  /** Swarm gives an address to another service only when the one before is gone. */
  private VirtualRoutes decide(
      VirtualPort tcp,
      @Nullable List<Service> claimed,
      Eligibility<VirtualPort> eligibility,
      long nowNanos) {
    VirtualPort udp = tcp.with(Protocol.UDP);
    if (claimed == null) {
      eligibility.forget(tcp);
      eligibility.forget(udp);
      return new VirtualRoutes(services, claims, byPort.without(tcp).without(udp));
    }
    Service service = claimed.getLast();
    VirtualIp ip = ipOf(tcp, service);
    // both routes share them
    List<Endpoint> all = endpoints(service, ip);
    ChunkedMap<VirtualPort, VirtualRoute> routes = byPort;
    for (VirtualPort port : List.of(tcp, udp)) {
      Choice choice = eligibility.choose(port, port.protocol(), all, nowNanos);
      routes = routes.with(port, new VirtualRoute(ip, route(port, service, choice)));
    }
    return new VirtualRoutes(services, claims, routes);
  }

  private static List<Endpoint> endpoints(Service service, VirtualIp ip) {
    List<Endpoint> endpoints = new ArrayList<>(service.tasks().size());
    for (Task task : service.tasks()) {
      endpoints.add(endpoint(task, ip));
    }
    return List.copyOf(endpoints);
  }

  private static Route route(VirtualPort port, Service service, Choice choice) {
    return new Route(
        port.ports(),
        service.id(),
        service.name(),
        service.virtualPolicy(),
        choice.endpoints(),
        List.of(),
        choice.withheld(),
        Publication.Means.VIRTUAL,
        true);
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
