package io.tidegate.agent.admin;

import io.tidegate.agent.admin.RoutesAnswer.UnservedAnswer;
import io.tidegate.agent.changes.ChangeLags;
import io.tidegate.agent.source.PeerStatus;
import io.tidegate.agent.source.SourceStatus;
import io.tidegate.metrics.Latency;
import io.tidegate.overload.Pressure;
import io.tidegate.overload.Resource;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Origin;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/status}: how this agent fares, in one look.
 *
 * @param notReady why the agent is not ready; empty when it is
 * @param sources the one in force, then what is heard beside it
 * @param peers how it fares with the agents of other nodes, or null without any
 * @param vips how virtual addresses fare
 * @param traffic who calls, of published ports and inside networks
 * @param transparency whether tasks of this node can see their clients' own addresses
 * @param narrowed the routes that are not for everybody or not everywhere
 * @param unserved the ports that this node does not serve
 * @param changes how many changes there were since the start
 * @param lags how long changes took to be in force, by source
 */
record StatusAnswer(
    String version,
    double uptimeSeconds,
    @Nullable Record node,
    boolean ready,
    List<String> notReady,
    List<SourceAnswer> sources,
    @Nullable PeerStatus peers,
    TopologyAnswer topology,
    TableAnswer table,
    ListenersAnswer listeners,
    TakeoverAnswer takeover,
    VipsAnswer vips,
    TrafficAnswer traffic,
    PressureAnswer pressure,
    TransparencyAnswer transparency,
    List<ClashAnswer> clashes,
    List<NarrowedAnswer> narrowed,
    List<UnservedAnswer> unserved,
    long changes,
    SortedMap<String, LagAnswer> lags) {

  /** One source, as {@link SourceStatus} has it. */
  record SourceAnswer(
      String name,
      @Nullable Instant lastSuccess,
      @Nullable Double ageSeconds,
      @Nullable String error,
      long failures,
      long rejected) {

    static SourceAnswer of(SourceStatus status, Instant now) {
      Instant last = status.lastSuccess();
      return new SourceAnswer(
          status.name(),
          last,
          last == null ? null : OriginAnswer.seconds(Duration.between(last, now)),
          status.error(),
          status.failures(),
          status.rejected());
    }
  }

  /**
   * What is known.
   *
   * @param otherNodes those that are not known to be down
   * @param tasksBySource by who told of their last change
   */
  record TopologyAnswer(
      int services,
      int otherNodes,
      Map<EndpointState, Long> tasks,
      SortedMap<String, Long> tasksBySource) {

    static TopologyAnswer of(Topology topology, String source) {
      Map<EndpointState, Long> states = new EnumMap<>(EndpointState.class);
      SortedMap<String, Long> sources = new TreeMap<>();
      for (Service service : topology.services()) {
        for (Task task : service.tasks()) {
          states.merge(EndpointState.of(task), 1L, Long::sum);
          Origin origin = task.origin();
          sources.merge(origin.source().isEmpty() ? source : origin.source(), 1L, Long::sum);
        }
      }
      return new TopologyAnswer(
          topology.services().size(), topology.nodes().size(), states, sources);
    }
  }

  /**
   * The routing table in force.
   *
   * @param virtualRoutes those of virtual addresses, beside the others; null where there are none
   */
  record TableAnswer(long version, double ageSeconds, int routes, @Nullable Integer virtualRoutes) {

    static TableAnswer of(RoutingTable table, Duration age) {
      return new TableAnswer(
          table.version(),
          OriginAnswer.seconds(age),
          table.routes().size(),
          table.virtual().isEmpty() ? null : table.virtual().size());
    }
  }

  /** How many of the ports of the table are served. */
  record ListenersAnswer(long bound, int of) {}

  /**
   * How much is in use of what the process lives on.
   *
   * @param inUse shares, 0 to 1, of what has a limit here
   * @param idleTimeoutPercent what is left of idle timeouts
   * @param acceptPaused whether new clients are left to wait
   */
  record PressureAnswer(Map<Resource, Double> inUse, int idleTimeoutPercent, boolean acceptPaused) {

    static PressureAnswer of(Pressure pressure) {
      return new PressureAnswer(
          pressure.ratios(), pressure.restraint().idlePercent(), pressure.restraint().isPaused());
    }
  }

  /** Each null where nothing was counted. */
  record LagAnswer(@Nullable MillisAnswer sinceWritten, @Nullable MillisAnswer sinceHeard) {

    static LagAnswer of(ChangeLags lags) {
      return new LagAnswer(MillisAnswer.of(lags.lag()), MillisAnswer.of(lags.sinceHeard()));
    }
  }

  /** Percentiles in milliseconds. */
  record MillisAnswer(long count, double p50, double p90, double p99, double max) {

    private static final double MICROS_PER_MILLI = 1e3;
    private static final int SIGNIFICANT_DIGITS = 2;

    static @Nullable MillisAnswer of(Latency latency) {
      Histogram micros = new Histogram(SIGNIFICANT_DIGITS);
      latency.addTo(micros);
      return micros.getTotalCount() == 0
          ? null
          : new MillisAnswer(
              micros.getTotalCount(),
              micros.getValueAtPercentile(50) / MICROS_PER_MILLI,
              micros.getValueAtPercentile(90) / MICROS_PER_MILLI,
              micros.getValueAtPercentile(99) / MICROS_PER_MILLI,
              micros.getMaxValue() / MICROS_PER_MILLI);
    }
  }

  static StatusAnswer of(AgentView view, Instant now) {
    List<String> reasons = Readiness.reasons(view);
    RoutingTable table = view.table();
    SortedMap<String, LagAnswer> lags = new TreeMap<>();
    view.changes().lags().forEach((source, counted) -> lags.put(source, LagAnswer.of(counted)));
    return new StatusAnswer(
        view.version(),
        OriginAnswer.seconds(view.uptime()),
        view.node(),
        reasons.isEmpty(),
        reasons,
        view.sources().stream().map(source -> SourceAnswer.of(source, now)).toList(),
        view.peers(),
        TopologyAnswer.of(view.changes().topology(), view.source().name()),
        TableAnswer.of(table, view.tableAge()),
        listeners(view, table),
        TakeoverAnswer.of(view.takeover()),
        VipsAnswer.of(view.vips(), table),
        TrafficAnswer.of(view.stats(), table),
        PressureAnswer.of(view.pressure()),
        TransparencyAnswer.of(view.transparency()),
        table.clashes().stream().map(ClashAnswer::of).toList(),
        NarrowedAnswer.of(table),
        table.unserved().stream().map(UnservedAnswer::of).toList(),
        view.changes().last(),
        lags);
  }

  private static ListenersAnswer listeners(AgentView view, RoutingTable table) {
    long bound =
        view.listeners().stream()
            .filter(listener -> table.routes().containsKey(listener.port()))
            .filter(ListenerStatus::isBound)
            .count();
    return new ListenersAnswer(bound, table.routes().size());
  }
}
