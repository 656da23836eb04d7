package io.tidegate.agent.admin;

import io.tidegate.agent.source.CheckStatus.TaskCheck;
import io.tidegate.agent.source.HostPort;
import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.EndpointStats;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.RouteStats;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Limits;
import io.tidegate.routing.Parking;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.Timeouts;
import io.tidegate.routing.Unserved;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/routes}: the routing table with what is counted for it, in the order of the ports.
 *
 * @param version of the routing table
 * @param clashes the ports that more than one service publishes
 * @param unserved the ports that this node does not serve
 * @param virtual the routes of virtual addresses; null where the table has none
 */
record RoutesAnswer(
    long version,
    List<RouteAnswer> routes,
    List<ClashAnswer> clashes,
    List<UnservedAnswer> unserved,
    @Nullable List<VirtualRouteAnswer> virtual) {

  /** A port that this node does not serve because its service asks for others. */
  record UnservedAnswer(String port, String service, String serviceId, String reason) {

    static UnservedAnswer of(Unserved unserved) {
      return new UnservedAnswer(
          unserved.port().toString(),
          unserved.serviceName(),
          unserved.serviceId(),
          unserved.reason());
    }
  }

  /**
   * One route.
   *
   * @param port as in {@code 8080/tcp}
   * @param udpResponses after how many answers to each datagram a UDP session ends, or 0
   * @param limits those of the route's own
   * @param access which clients may come; null for all
   * @param nodes what the nodes are that serve it; null for all
   * @param timeouts those of the route's own
   * @param parking how clients wait where no task takes them
   * @param transparency null unless tasks are to see their clients' own addresses
   * @param counts null while nothing was counted
   * @param tasks how many there are in each state
   * @param endpoints null where only ports were asked for
   * @param detours other nodes, which are tried when no endpoint answers; null like the endpoints
   */
  record RouteAnswer(
      String port,
      String service,
      String serviceId,
      String balance,
      int udpResponses,
      LimitsAnswer limits,
      @Nullable AccessAnswer access,
      @Nullable List<String> nodes,
      TimeoutsAnswer timeouts,
      ParkingAnswer parking,
      TransparencyAnswer.@Nullable OfRoute transparency,
      ListenerAnswer listener,
      @Nullable CountsAnswer counts,
      Map<EndpointState, Long> tasks,
      @Nullable List<EndpointAnswer> endpoints,
      @Nullable List<DetourAnswer> detours) {}

  /** Milliseconds, each null where the agent's own options hold. */
  record TimeoutsAnswer(
      @Nullable Long connectMillis, @Nullable Long idleMillis, @Nullable Long udpIdleMillis) {

    static TimeoutsAnswer of(Timeouts timeouts) {
      return new TimeoutsAnswer(
          millis(timeouts.connect()), millis(timeouts.idle()), millis(timeouts.udpIdle()));
    }

    private static @Nullable Long millis(@Nullable Duration duration) {
      return duration == null ? null : duration.toMillis();
    }
  }

  /** How many clients it takes on this node, at once and per second, each 0 for any number. */
  record LimitsAnswer(int connections, int rate, int sourceConnections, int sourceRate) {

    static LimitsAnswer of(Limits limits) {
      return new LimitsAnswer(
          limits.connections(), limits.rate(), limits.sourceConnections(), limits.sourceRate());
    }
  }

  /** How many clients may wait at once on this node, and for how long. */
  record ParkingAnswer(int clients, long timeoutMillis) {

    static ParkingAnswer of(Parking parking) {
      return new ParkingAnswer(parking.clients(), parking.timeout().toMillis());
    }
  }

  /**
   * Whether the port is served.
   *
   * @param bind where the service wants it bound; null for wherever the agent does
   * @param addresses where it is bound
   * @param takenOver whether it is served where Docker's mesh brings its clients
   * @param holder who has the port where it could not be bound, as in {@code held by dockerd (pid
   *     123)}, if known
   */
  record ListenerAnswer(
      boolean bound,
      int boundShards,
      int shards,
      @Nullable List<String> bind,
      List<String> addresses,
      boolean takenOver,
      @Nullable String error,
      @Nullable String holder) {}

  /**
   * One task behind the route.
   *
   * @param hostname of its node, if known
   * @param address what is dialled, as in {@code 10.0.0.5:80}
   * @param origin null where the newest topology has the task no more
   * @param ejection null for one to which connects do not fail
   * @param check what the checks of its task tell, null where another node makes them or nobody
   *     does
   */
  record EndpointAnswer(
      String task,
      String taskId,
      String node,
      @Nullable String hostname,
      EndpointState state,
      @Nullable String address,
      ReachAnswer reach,
      @Nullable EjectionAnswer ejection,
      @Nullable TaskCheck check,
      @Nullable OriginAnswer origin,
      long active,
      long relays,
      long connectFailures,
      CountsAnswer.Bytes bytes) {}

  /** Another node that serves the port too. */
  record DetourAnswer(String node, @Nullable String address) {}

  /** How the task is reached and why so. */
  record ReachAnswer(Reach.Kind kind, @Nullable String namespace, String reason) {

    static ReachAnswer of(Reach reach) {
      return new ReachAnswer(reach.kind(), reach.namespace(), reach.reason());
    }
  }

  /**
   * The routes that are wanted.
   *
   * @param isVirtualWanted the same of virtual addresses
   * @param facts what is known of their tasks, or null to leave the tasks out
   */
  static RoutesAnswer of(
      AgentView view,
      Predicate<Route> isWanted,
      Predicate<Route> isVirtualWanted,
      @Nullable TaskFacts facts) {
    MeshStats stats = view.stats();
    Map<PublishedPort, ListenerStatus> listeners = Readiness.listenersByPort(view);
    var table = view.table();
    List<RouteAnswer> routes =
        table.routes().values().stream()
            .filter(isWanted)
            .map(
                route ->
                    route(
                        route,
                        view,
                        listener(view, route, listeners.get(route.port())),
                        stats.routes().get(RouteKey.of(route)),
                        facts))
            .toList();
    return new RoutesAnswer(
        table.version(),
        routes,
        table.clashes().stream().map(ClashAnswer::of).toList(),
        table.unserved().stream().map(UnservedAnswer::of).toList(),
        VirtualRouteAnswer.of(table, stats, isVirtualWanted, facts));
  }

  private static ListenerAnswer listener(
      AgentView view, Route route, @Nullable ListenerStatus status) {
    List<String> bind = NarrowedAnswer.places(route.policy().bind());
    if (status == null) {
      return new ListenerAnswer(false, 0, 0, bind, List.of(), false, null, null);
    }
    return new ListenerAnswer(
        status.isBound(),
        status.boundShards(),
        status.shards(),
        bind,
        status.addresses().stream().map(address -> address.getAddress().getHostAddress()).toList(),
        status.isTakenOver(),
        status.error(),
        holder(view, route.port(), status));
  }

  private static @Nullable String holder(
      AgentView view, PublishedPort port, ListenerStatus status) {
    return status.isBound() || status.isPlaceless() || status.isTakenOver()
        ? null
        : view.holderOf(port);
  }

  private static RouteAnswer route(
      Route route,
      AgentView view,
      ListenerAnswer listener,
      @Nullable RouteStats stats,
      @Nullable TaskFacts facts) {
    List<DetourAnswer> detours =
        route.detours().stream()
            .map(node -> Endpoint.detour(node, route.port()))
            .map(detour -> new DetourAnswer(detour.nodeId(), text(detour.address())))
            .toList();
    return new RouteAnswer(
        route.port().toString(),
        route.serviceName(),
        route.serviceId(),
        route.policy().balance().toString(),
        route.policy().udpResponses(),
        LimitsAnswer.of(route.policy().limits()),
        AccessAnswer.of(route.policy().access()),
        NarrowedAnswer.rules(route.policy().nodes()),
        TimeoutsAnswer.of(route.policy().timeouts()),
        ParkingAnswer.of(route.policy().parking()),
        TransparencyAnswer.OfRoute.of(route, view, stats),
        listener,
        stats == null ? null : CountsAnswer.of(stats),
        VirtualRouteAnswer.tasks(route),
        facts == null ? null : endpoints(route, stats, facts, view),
        facts == null ? null : detours);
  }

  private static Stream<Endpoint> tasks(Route route) {
    return Stream.concat(route.endpoints().stream(), route.withheld().stream());
  }

  private static List<EndpointAnswer> endpoints(
      Route route, @Nullable RouteStats stats, TaskFacts facts, AgentView view) {
    Map<EndpointKey, EndpointStats> counts = stats == null ? Map.of() : stats.endpoints();
    Map<String, OriginAnswer> origins = facts.originsOf(route.serviceId());
    Map<String, TaskCheck> checks = view.checks().tasks();
    return tasks(route)
        .sorted(Comparator.comparing(Endpoint::taskName).thenComparing(Endpoint::taskId))
        .map(
            endpoint ->
                endpoint(
                    endpoint,
                    counts,
                    facts.hostnames().get(endpoint.nodeId()),
                    ejection(route, endpoint, facts, view),
                    checks.get(endpoint.taskId()),
                    origins.get(endpoint.taskId())))
        .toList();
  }

  private static @Nullable EjectionAnswer ejection(
      Route route, Endpoint endpoint, TaskFacts facts, AgentView view) {
    return endpoint.ejection() == null
        ? null
        : EjectionAnswer.of(
            endpoint, view, facts.witnessesOf(route.serviceId(), endpoint), facts.now());
  }

  private static EndpointAnswer endpoint(
      Endpoint endpoint,
      Map<EndpointKey, EndpointStats> counts,
      @Nullable String hostname,
      @Nullable EjectionAnswer ejection,
      @Nullable TaskCheck check,
      @Nullable OriginAnswer origin) {
    EndpointKey key = new EndpointKey(endpoint.taskId(), endpoint.taskName(), endpoint.nodeId());
    EndpointStats stats = counts.getOrDefault(key, new EndpointStats(0, 0, 0, 0, 0));
    return new EndpointAnswer(
        endpoint.taskName(),
        endpoint.taskId(),
        endpoint.nodeId(),
        hostname,
        endpoint.state(),
        text(endpoint.address()),
        ReachAnswer.of(endpoint.reach()),
        ejection,
        check,
        origin,
        stats.active(),
        stats.relays(),
        stats.connectFailures(),
        new CountsAnswer.Bytes(stats.bytesIn(), stats.bytesOut()));
  }

  private static @Nullable String text(@Nullable InetSocketAddress address) {
    return address == null ? null : HostPort.of(address).toString();
  }
}
