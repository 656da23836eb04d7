package io.tidegate.agent.demo;

import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.EndpointStats;
import io.tidegate.metrics.LatencyStats;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.RouteStats;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.VirtualRoute;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What there is to show at one moment.
 *
 * @param elapsed since the start of the demo
 * @param routes of published ports
 * @param virtual routes of virtual addresses
 * @param answered requests of the demo's own clients that were answered
 * @param failed those that were not
 */
record Dashboard(
    Duration elapsed,
    List<RouteLine> routes,
    List<RouteLine> virtual,
    long answered,
    long failed,
    DemoView view) {

  private static final double MEDIAN = 50;
  private static final double P99 = 99;

  /**
   * One route.
   *
   * @param place its port, or its virtual address
   * @param problem why its port is not served, or null if it is
   * @param connects how often a connect was measured
   */
  record RouteLine(
      String service,
      String place,
      @Nullable String problem,
      long connects,
      long p50Micros,
      long p99Micros,
      List<TaskLine> tasks) {}

  /**
   * One task of a route.
   *
   * @param active relays that run now
   * @param requests HTTP requests that the task has answered by this route
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

  /** Those of virtual addresses, by TCP. */
  static List<RouteLine> virtual(RoutingTable table, MeshStats stats, DemoView view) {
    return table.virtual().entrySet().stream()
        .filter(entry -> entry.getKey().protocol() == Protocol.TCP)
        .map(entry -> virtualLine(entry.getValue(), stats, view))
        .toList();
  }

  private static RouteLine virtualLine(VirtualRoute virtual, MeshStats stats, DemoView view) {
    RouteStats counted = stats.routes().get(RouteKey.of(virtual));
    LatencyStats latency =
        stats.networks().entrySet().stream()
            .filter(entry -> entry.getKey().networkId().equals(virtual.ip().networkId()))
            .filter(entry -> entry.getKey().protocol() == Protocol.TCP)
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(null);
    String place = virtual.ip().address().getHostAddress() + " on " + virtual.ip().networkName();
    return line(
        virtual.route(),
        place,
        null,
        latency == null ? null : latency.connect(),
        endpoint -> taskLine(endpoint, counted, requestsInside(endpoint, view)));
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
    return line(
        route,
        Integer.toString(route.port().number()),
        problem,
        stats == null ? null : stats.connect(),
        endpoint -> taskLine(endpoint, stats, requests(endpoint, view)));
  }

  private static RouteLine line(
      Route route,
      String place,
      @Nullable String problem,
      @Nullable Histogram connects,
      Function<Endpoint, TaskLine> taskLine) {
    return new RouteLine(
        route.serviceName(),
        place,
        problem,
        connects == null ? 0 : connects.getTotalCount(),
        connects == null ? 0 : connects.getValueAtPercentile(MEDIAN),
        connects == null ? 0 : connects.getValueAtPercentile(P99),
        Stream.concat(route.endpoints().stream(), route.withheld().stream())
            .map(taskLine)
            .sorted(Comparator.comparing(TaskLine::task))
            .toList());
  }

  private static TaskLine taskLine(Endpoint endpoint, @Nullable RouteStats stats, long requests) {
    EndpointKey key = new EndpointKey(endpoint.taskId(), endpoint.taskName(), endpoint.nodeId());
    EndpointStats counted = stats == null ? null : stats.endpoints().get(key);
    return new TaskLine(
        endpoint.taskName(),
        endpoint.state().toString(),
        counted == null ? 0 : counted.active(),
        requests);
  }

  private static long requests(Endpoint endpoint, DemoView view) {
    Responder process = view.processes().get(endpoint.taskId());
    return process == null ? 0 : process.requests();
  }

  private static long requestsInside(Endpoint endpoint, DemoView view) {
    Responder process = view.processes().get(endpoint.taskId());
    return process == null ? 0 : process.requestsInside();
  }
}
