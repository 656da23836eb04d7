package io.tidegate.agent.admin;

import java.util.List;

/** The connects that joined one that kept silent. */
final class HedgingFamilies {

  private HedgingFamilies() {}

  static void add(Families families, List<RouteSeries> all) {
    List<RouteSeries> routes = all.stream().filter(route -> !route.isUdp()).toList();
    families.counter(
        "hedges",
        "Connects to another task while one kept silent.",
        MeshCollector.counts(routes, stats -> stats.hedging().started()));
    families.counter(
        "hedges_won",
        "Connects to another task while one kept silent that were answered first.",
        MeshCollector.counts(routes, stats -> stats.hedging().won()));
    families.counter(
        "hedges_denied",
        "Connects to another task that began later than they might have, because there were too many.",
        MeshCollector.counts(routes, stats -> stats.hedging().denied()));
  }
}
