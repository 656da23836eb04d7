package io.tidegate.agent.admin;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** The pages by path. */
final class Pages {

  static final String INDEX =
      """
      Tidegate agent

      /livez           200 while the process runs
      /readyz          200 when every port of the routing table is served, else 503 and why not
      /metrics         Prometheus
      /api/v1/routes   the routing table: ports, endpoints, how each is reached, counts
      /api/v1/node     this node, and the options in force
      """;

  private Pages() {}

  static Map<String, Page> of(AgentView view, boolean hasTaskMetrics) {
    MetricsPage metrics =
        new MetricsPage(new MeshCollector(view, hasTaskMetrics, InstantSource.system()));
    return Map.of(
        "/", _ -> Answer.text(Answer.OK, INDEX),
        "/livez", _ -> Answer.text(Answer.OK, "ok\n"),
        "/readyz", _ -> readyz(view),
        "/metrics", metrics,
        "/api/v1/routes", _ -> Json.answer(RoutesAnswer.of(view)),
        "/api/v1/node", _ -> Json.answer(NodeAnswer.of(view)));
  }

  private static Answer readyz(AgentView view) {
    List<String> reasons = Readiness.reasons(view);
    return reasons.isEmpty()
        ? Answer.text(Answer.OK, "ok\n")
        : Answer.text(Answer.UNAVAILABLE, String.join("\n", reasons) + "\n");
  }
}
