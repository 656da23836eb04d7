package io.tidegate.agent.admin;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tidegate.agent.admin.Families.Point;
import io.tidegate.metrics.EjectionStats;
import io.tidegate.metrics.RouteKey;
import io.tidegate.routing.Ejection.Cause;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.stream.Stream;

/** How often endpoints were not to be picked, because connects to them failed. */
final class EjectionFamilies {

  private EjectionFamilies() {}

  static void add(Families families, AgentView view) {
    SortedMap<RouteKey, EjectionStats> routes = view.ejections();
    families.counter(
        "ejections",
        "Endpoints ejected because connects to them failed, by cause, each time anew: connects of"
            + " this node, or those of other nodes, the witnesses.",
        routes.entrySet().stream()
            .flatMap(route -> byCause(RouteSeries.labels(route.getKey()), route.getValue())));
    families.counter(
        "ejections_spared",
        "Endpoints that were to be ejected, but too many of their route were already.",
        routes.entrySet().stream()
            .map(
                route -> new Point(RouteSeries.labels(route.getKey()), route.getValue().spared())));
    families.counter(
        "connect_outcomes_unheard",
        "Failed connects and first answers that there was no room to hear of.",
        Stream.of(new Point(Labels.EMPTY, view.outcomesUnheard())));
  }

  private static Stream<Point> byCause(Labels labels, EjectionStats stats) {
    return Arrays.stream(Cause.values())
        .map(
            cause ->
                new Point(
                    labels.add("cause", cause.toString()),
                    stats.ejections().getOrDefault(cause, 0L)));
  }
}
