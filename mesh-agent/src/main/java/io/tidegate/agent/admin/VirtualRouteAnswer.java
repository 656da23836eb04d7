package io.tidegate.agent.admin;

import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.EndpointStats;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.RouteStats;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.VirtualPort;
import io.tidegate.routing.VirtualRoute;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The route of a service's virtual address by one protocol.
 *
 * @param network as people call it
 * @param namespace from which its tasks are dialled
 * @param counts null while nothing was counted
 * @param tasks how many there are in each state
 * @param endpoints null where only addresses were asked for
 */
record VirtualRouteAnswer(
    String network,
    String networkId,
    String address,
    String protocol,
    String service,
    String serviceId,
    String balance,
    @Nullable String namespace,
    @Nullable CountsAnswer counts,
    Map<EndpointState, Long> tasks,
    @Nullable List<EndpointAnswer> endpoints) {

  /**
   * One task behind it.
   *
   * @param hostname of its node, if known
   * @param address on that network, or null for one that is not on it
   * @param reason why it is reached so, or cannot be
   * @param active relays through this address now
   * @param relays since the start
   */
  record EndpointAnswer(
      String task,
      String taskId,
      String node,
      @Nullable String hostname,
      EndpointState state,
      @Nullable String address,
      String reason,
      long active,
      long relays) {

    private static EndpointAnswer of(
        Endpoint endpoint, Map<EndpointKey, EndpointStats> counts, TaskFacts facts) {
      InetAddress address = endpoint.reach().address();
      EndpointStats counted =
          counts.getOrDefault(
              new EndpointKey(endpoint.taskId(), endpoint.taskName(), endpoint.nodeId()),
              new EndpointStats(0, 0, 0, 0, 0));
      return new EndpointAnswer(
          endpoint.taskName(),
          endpoint.taskId(),
          endpoint.nodeId(),
          facts.hostnames().get(endpoint.nodeId()),
          endpoint.state(),
          address == null ? null : address.getHostAddress(),
          endpoint.reach().reason(),
          counted.active(),
          counted.relays());
    }
  }

  /**
   * Those of a table that are wanted, by network and address; null where it has none at all.
   *
   * @param facts what is known of their tasks, or null to leave the tasks out
   */
  static @Nullable List<VirtualRouteAnswer> of(
      RoutingTable table, MeshStats stats, Predicate<Route> isWanted, @Nullable TaskFacts facts) {
    return table.virtual().isEmpty()
        ? null
        : table.virtual().entrySet().stream()
            .filter(entry -> isWanted.test(entry.getValue().route()))
            .map(entry -> of(entry.getKey(), entry.getValue(), stats, facts))
            .toList();
  }

  private static VirtualRouteAnswer of(
      VirtualPort port, VirtualRoute virtual, MeshStats all, @Nullable TaskFacts facts) {
    Route route = virtual.route();
    RouteStats stats = all.routes().get(RouteKey.of(virtual));
    return new VirtualRouteAnswer(
        virtual.ip().networkName(),
        virtual.ip().networkId(),
        virtual.ip().address().getHostAddress(),
        port.protocol().toString(),
        route.serviceName(),
        route.serviceId(),
        route.policy().balance().toString(),
        virtual.ip().namespace(),
        stats == null ? null : CountsAnswer.of(stats),
        tasks(route),
        facts == null ? null : endpoints(route, stats, facts));
  }

  /** How many tasks of a route are in each state. */
  static Map<EndpointState, Long> tasks(Route route) {
    return all(route)
        .collect(Collectors.groupingBy(Endpoint::state, TreeMap::new, Collectors.counting()));
  }

  private static List<EndpointAnswer> endpoints(
      Route route, @Nullable RouteStats stats, TaskFacts facts) {
    Map<EndpointKey, EndpointStats> counts = stats == null ? Map.of() : stats.endpoints();
    return all(route)
        .sorted(Comparator.comparing(Endpoint::taskName).thenComparing(Endpoint::taskId))
        .map(endpoint -> EndpointAnswer.of(endpoint, counts, facts))
        .toList();
  }

  private static Stream<Endpoint> all(Route route) {
    return Stream.concat(route.endpoints().stream(), route.withheld().stream());
  }
}
