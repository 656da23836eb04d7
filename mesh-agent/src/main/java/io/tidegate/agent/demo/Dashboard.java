package io.tidegate.agent.demo;

import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.RouteStats;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What there is to show at one moment.
 *
 * @param elapsed since the start of the demo
 * @param answered requests of the demo's own clients that were answered
 * @param failed those that were not
 */
record Dashboard(
    Duration elapsed, List<RouteLine> routes, long answered, long failed, DemoView view) {

  private static final double MEDIAN = 50;
  private static final double P99 = 99;

  /**
   * One route.
   *
   * @param problem why its port is not served, or null if it is
   * @param connects how often a connect was measured
   */
  record RouteLine(
      String service,
      int port,
      @Nullable String problem,
      long connects,
      long p50Micros,
      long p99Micros,
      List<TaskLine> tasks) {}

  /**
   * One task of a route.
   *
   * @param active relays that run now
   * @param requests HTTP requests that the task has answered
   */
  record TaskLine(String task, String state, long active, long requests) {}

  static List<RouteLine> routes(
      RoutingTable table, MeshStats stats, List<ListenerStatus> listeners, DemoView view) {
    return table.routes().values().stream()
        .map(
            route ->
                routeLine(
                    route, stats.routes().get(RouteKey.of(route)), problem(route, listeners), view))
        .toList();
  }

  private static @Nullable String problem(Route route, List<ListenerStatus> listeners) {
    return listeners.stream()
        .filter(listener -> listener.port().equals(route.port()) && !listener.isBound())
        .map(listener -> listener.error())
        .findFirst()
        .orElse(null);
  }

  private static RouteLine routeLine(
      Route route, @Nullable RouteStats stats, @Nullable String problem, DemoView view) {
    List<TaskLine> tasks =
        Stream.concat(route.endpoints().stream(), route.withheld().stream())
            .map(endpoint -> taskLine(endpoint, stats, view))
            .sorted(Comparator.comparing(TaskLine::task))
            .toList();
    return new RouteLine(
        route.serviceName(),
        route.port().number(),
        problem,
        stats == null ? 0 : stats.connect().getTotalCount(),
        stats == null ? 0 : stats.connect().getValueAtPercentile(MEDIAN),
        stats == null ? 0 : stats.connect().getValueAtPercentile(P99),
        tasks);
  }

  private static TaskLine taskLine(Endpoint endpoint, @Nullable RouteStats stats, DemoView view) {
    EndpointKey key = new EndpointKey(endpoint.taskId(), endpoint.taskName(), endpoint.nodeId());
    long active =
        stats == null || !stats.endpoints().containsKey(key)
            ? 0
            : stats.endpoints().get(key).active();
    Responder process = view.processes().get(endpoint.taskId());
    return new TaskLine(
        endpoint.taskName(),
        endpoint.state().toString(),
        active,
        process == null ? 0 : process.requests());
  }
}
