package io.tidegate.agent.admin;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tidegate.agent.admin.Families.Point;
import io.tidegate.agent.source.SourceStatus;
import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.EndpointStats;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteStats;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** Turns what the mesh counts into Prometheus' families, all of one moment. */
final class MeshCollector implements MultiCollector {

  private final AgentView view;
  private final boolean hasTaskMetrics;
  private final InstantSource clock;
  private final NetworkNames networkNames = new NetworkNames();

  MeshCollector(AgentView view, boolean hasTaskMetrics, InstantSource clock) {
    this.view = view;
    this.hasTaskMetrics = hasTaskMetrics;
    this.clock = clock;
  }

  @Override
  public MetricSnapshots collect() {
    MeshStats stats = view.stats();
    RoutingTable table = view.table();
    Map<String, String> networks = networkNames.of(table, stats);
    List<RouteSeries> routes = RouteSeries.of(stats, table, networks);
    Families families = new Families();
    addConnections(families, routes);
    HedgingFamilies.add(families, routes);
    ParkingFamilies.add(families, routes);
    TransparencyFamilies.add(families, routes, stats, view);
    ProxyHeaderFamilies.add(families, routes);
    addUdp(families, routes.stream().filter(RouteSeries::isUdp).toList());
    addBytes(families, routes);
    LatencyFamilies.add(families, routes, stats, networks);
    addEndpoints(families, table);
    EjectionFamilies.add(families, view);
    CheckFamilies.add(families, view.checks());
    if (hasTaskMetrics) {
      addTasks(families, routes);
    }
    addListeners(families, table);
    addDiscovery(families, view.source());
    ChangeFamilies.add(families, view.changes());
    PeerFamilies.add(families, view.peers());
    OverloadFamilies.add(families, view);
    TakeoverFamilies.add(families, view.takeover());
    TakeoverFamilies.add(families, view.ranges());
    VipFamilies.add(families, view.vips(), networks);
    ShardFamilies.add(families, stats);
    families.info(
        "build",
        "What runs here.",
        Labels.of("version", view.version(), "java", Runtime.version().toString()));
    return families.snapshots();
  }

  private static void addConnections(Families families, List<RouteSeries> routes) {
    families.counter(
        "connections",
        "Connections accepted from clients and UDP sessions begun, by how their set-up ended.",
        byEach(routes, "result", ConnectionResult.values(), RouteStats::connections));
    families.gauge(
        "connections_active",
        "Connections that are relayed now, and UDP sessions.",
        counts(routes, RouteStats::active));
    families.counter(
        "connection_closes",
        "Relayed connections and UDP sessions that ended, by cause.",
        byEach(routes, "cause", CloseCause.values(), RouteStats::closes));
    families.counter(
        "connect_retries",
        "Connects that were tried again on another task.",
        counts(routes, RouteStats::connectRetries));
    families.counter(
        "detours",
        "Connections relayed through another node because no task could be reached from here.",
        counts(routes, RouteStats::detours));
    families.counter(
        "panic_picks",
        "Picks among all tasks that may answer, because too few of them are ready.",
        counts(routes, RouteStats::panicPicks));
  }

  private static void addUdp(Families families, List<RouteSeries> routes) {
    families.gauge(
        "udp_sessions_active",
        "UDP clients with an endpoint of their own now.",
        counts(routes, RouteStats::active));
    families.counter(
        "udp_datagrams",
        "Datagrams received, in from clients and out from tasks, by what became of them.",
        Stream.concat(
            datagrams(routes, "in", RouteStats.Datagrams::in),
            datagrams(routes, "out", RouteStats.Datagrams::out)));
  }

  private static Stream<Point> datagrams(
      List<RouteSeries> routes,
      String direction,
      Function<RouteStats.Datagrams, Map<DatagramResult, Long>> counts) {
    return byEach(
            routes, "result", DatagramResult.values(), stats -> counts.apply(stats.datagrams()))
        .map(point -> new Point(point.labels().add("direction", direction), point.value()));
  }

  private static void addBytes(Families families, List<RouteSeries> routes) {
    families.counter(
        "bytes",
        "Bytes relayed: in from clients to tasks, out from tasks to clients.",
        routes.stream()
            .flatMap(
                route ->
                    inAndOut(
                        route.labels(),
                        route.sum(RouteStats::bytesIn),
                        route.sum(RouteStats::bytesOut))));
  }

  private static void addEndpoints(Families families, RoutingTable table) {
    families.gauge(
        "endpoints",
        "Endpoints known, by state; where enough are ready, only those take new connections.",
        table.routes().values().stream()
            .flatMap(
                route ->
                    Arrays.stream(EndpointState.values())
                        .map(
                            state ->
                                new Point(
                                    RouteSeries.labels(route).add("state", state.toString()),
                                    count(route, state)))));
  }

  private static long count(Route route, EndpointState state) {
    return Stream.concat(route.endpoints().stream(), route.withheld().stream())
        .map(Endpoint::state)
        .filter(state::equals)
        .count();
  }

  private static void addTasks(Families families, List<RouteSeries> routes) {
    families.counter(
        "task_relays",
        "Connections relayed to the task.",
        perTask(routes, (labels, task) -> Stream.of(new Point(labels, task.relays()))));
    families.gauge(
        "task_relays_active",
        "Connections that are relayed to the task now.",
        perTask(routes, (labels, task) -> Stream.of(new Point(labels, task.active()))));
    families.counter(
        "task_connect_failures",
        "Connects to the task that were refused, unreachable or not answered in time.",
        perTask(routes, (labels, task) -> Stream.of(new Point(labels, task.connectFailures()))));
    families.counter(
        "task_bytes",
        "Bytes relayed: in to the task, out from the task.",
        perTask(routes, (labels, task) -> inAndOut(labels, task.bytesIn(), task.bytesOut())));
  }

  private void addListeners(Families families, RoutingTable table) {
    Map<PublishedPort, ListenerStatus> listeners = Readiness.listenersByPort(view);
    families.gauge(
        "listener_up",
        "Whether the published port is served on this node.",
        table.routes().keySet().stream()
            .map(
                port -> {
                  ListenerStatus listener = listeners.get(port);
                  return new Point(
                      RouteSeries.labels(port), listener != null && listener.isBound() ? 1 : 0);
                }));
    families.gauge(
        "port_clashes",
        "Ports that more than one service publishes; the oldest service has each.",
        (double) table.clashes().size());
    families.gauge(
        "routing_table_version",
        "Version of the routing table in force.",
        (double) table.version());
  }

  private void addDiscovery(Families families, SourceStatus source) {
    Labels labels = Labels.of("source", source.name());
    Instant lastSuccess = source.lastSuccess();
    families.gauge(
        "discovery_age_seconds",
        "Time since the topology in force was last confirmed.",
        lastSuccess == null
            ? Stream.of()
            : Stream.of(
                new Point(labels, seconds(Duration.between(lastSuccess, clock.instant())))));
    families.counter(
        "discovery_failures",
        "Times that reading the source failed.",
        Stream.of(new Point(labels, source.failures())));
    families.counter(
        "discovery_rejected",
        "Pieces of input (labels, lines, answers) that were refused.",
        Stream.of(new Point(labels, source.rejected())));
  }

  private static double seconds(Duration duration) {
    return Math.max(duration.toMillis(), 0) / 1e3;
  }

  private static Stream<Point> inAndOut(Labels labels, long in, long out) {
    return Stream.of(
        new Point(labels.add("direction", "in"), in),
        new Point(labels.add("direction", "out"), out));
  }

  static Stream<Point> counts(List<RouteSeries> routes, ToLongFunction<RouteStats> count) {
    return routes.stream().map(route -> new Point(route.labels(), route.sum(count)));
  }

  static <E extends Enum<E>> Stream<Point> byEach(
      List<RouteSeries> routes,
      String label,
      E[] constants,
      Function<RouteStats, Map<E, Long>> counts) {
    return routes.stream()
        .flatMap(
            route ->
                Arrays.stream(constants)
                    .map(
                        constant ->
                            new Point(
                                route.labels().add(label, constant.toString()),
                                route.sum(part -> counts.apply(part).getOrDefault(constant, 0L)))));
  }

  private static Stream<Point> perTask(
      List<RouteSeries> routes, BiFunction<Labels, EndpointStats, Stream<Point>> points) {
    return routes.stream()
        .flatMap(
            route ->
                route.endpoints().entrySet().stream()
                    .flatMap(
                        task ->
                            points.apply(labels(route.labels(), task.getKey()), task.getValue())));
  }

  private static Labels labels(Labels route, EndpointKey task) {
    return route.merge(
        Labels.of("task", task.taskName(), "task_id", task.taskId(), "node", task.nodeId()));
  }
}
