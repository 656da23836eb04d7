package io.tidegate.agent.admin;

import io.tidegate.metrics.ProxyHeaderResult;
import io.tidegate.metrics.RouteStats;
import java.util.List;

/** Headers of the PROXY protocol, of those routes that have to do with any. */
final class ProxyHeaderFamilies {

  private ProxyHeaderFamilies() {}

  static void add(Families families, List<RouteSeries> all) {
    List<RouteSeries> routes = all.stream().filter(ProxyHeaderFamilies::hasAny).toList();
    families.counter(
        "proxy_headers",
        "PROXY protocol headers that clients were to send or might, by what became of each.",
        MeshCollector.byEach(
            routes, "result", ProxyHeaderResult.values(), stats -> stats.proxyHeaders().read()));
    families.counter(
        "proxy_headers_omitted",
        "UDP sessions whose task got no PROXY protocol header, because it did not fit.",
        MeshCollector.counts(routes, stats -> stats.proxyHeaders().omitted()));
  }

  private static boolean hasAny(RouteSeries route) {
    return !route.parts().stream().map(RouteStats::proxyHeaders).allMatch(h -> h.isNone());
  }
}
