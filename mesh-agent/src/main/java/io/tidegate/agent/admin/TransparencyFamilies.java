package io.tidegate.agent.admin;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tidegate.agent.admin.Families.Point;
import io.tidegate.metrics.Imitated;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteStats;
import java.util.List;
import java.util.stream.Stream;

/** Tasks that are to see their clients' own addresses, and what comes of it. */
final class TransparencyFamilies {

  private TransparencyFamilies() {}

  static void add(Families families, List<RouteSeries> all, MeshStats stats, AgentView view) {
    TransparencyStatus status = view.transparency();
    families.gauge(
        "transparent",
        "Whether tasks of this node can see their clients' own addresses; 0 while no service asks.",
        status.inForce().obstacle() == null ? 1 : 0);
    families.counter(
        "transparent_failures",
        "Times that what lets tasks see their clients' own addresses could not be seen to.",
        Stream.of(new Point(Labels.EMPTY, status.failures())));
    families.gauge(
        "transparent_sockets",
        "Sockets to tasks that have clients' own addresses now.",
        (double) stats.imitations());
    List<RouteSeries> asking =
        all.stream().filter(route -> route.sum(TransparencyFamilies::sum) > 0).toList();
    families.counter(
        "transparent_connects",
        "Connects and UDP sessions whose task was to see the client's own address, by what came of"
            + " it.",
        MeshCollector.byEach(asking, "result", Imitated.values(), RouteStats::imitated));
  }

  private static long sum(RouteStats stats) {
    return stats.imitated().values().stream().mapToLong(Long::longValue).sum();
  }
}
