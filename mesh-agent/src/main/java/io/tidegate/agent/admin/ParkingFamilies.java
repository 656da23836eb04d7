package io.tidegate.agent.admin;

import io.tidegate.metrics.ParkingEnd;
import java.util.List;

/** The clients that wait for a task, and those that did. */
final class ParkingFamilies {

  private ParkingFamilies() {}

  static void add(Families families, List<RouteSeries> all) {
    List<RouteSeries> routes = all.stream().filter(route -> !route.isUdp()).toList();
    families.gauge(
        "connections_parked",
        "Connections that wait now because no task takes them.",
        MeshCollector.counts(routes, stats -> stats.parking().active()));
    families.counter(
        "parkings",
        "Connections that began to wait because no task took them.",
        MeshCollector.counts(routes, stats -> stats.parking().parked()));
    families.counter(
        "parking_ends",
        "Connections that wait no more, by how that ended.",
        MeshCollector.byEach(routes, "end", ParkingEnd.values(), stats -> stats.parking().ends()));
    families.counter(
        "parking_overflows",
        "Connections that no task took and that could not wait, because as many did as may.",
        MeshCollector.counts(routes, stats -> stats.parking().overflows()));
  }
}
