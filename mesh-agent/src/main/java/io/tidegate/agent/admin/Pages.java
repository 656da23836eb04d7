package io.tidegate.agent.admin;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** The pages by path. */
final class Pages {

  static final String INDEX =
      """
      Tidegate agent

      /livez            200 while the process runs
      /readyz           200 when every port of the routing table is served, else 503 and why not
      /metrics          Prometheus
      /api/v1/status    how this agent fares: sources, counts, what is in the way, lags
      /api/v1/routes    the routing table: ports, endpoints, how each is reached, counts;
                        ?service=NAME or ?port=8080/tcp for some, &endpoints=false for ports alone
      /api/v1/resolve   ?q=NAME, VIP, :PORT or a task's id: the service with its live endpoints
      /api/v1/changes   ?after=NUMBER&wait=SECONDS: how tasks changed, each with its lag
      /api/v1/node      this node, and the options in force
      """;

  private Pages() {}

  static Map<String, Page> of(AgentView view, boolean hasTaskMetrics) {
    InstantSource clock = InstantSource.system();
    return Map.of(
        "/", _ -> Answer.text(Answer.OK, INDEX),
        "/livez", _ -> Answer.text(Answer.OK, "ok\n"),
        "/readyz", _ -> readyz(view),
        "/metrics", new MetricsPage(new MeshCollector(view, hasTaskMetrics, clock)),
        "/api/v1/status", _ -> Json.answer(StatusAnswer.of(view, clock.instant())),
        "/api/v1/routes", new RoutesPage(view, clock),
        "/api/v1/resolve", new ResolvePage(view, clock),
        "/api/v1/changes", new ChangesPage(view),
        "/api/v1/node", _ -> Json.answer(NodeAnswer.of(view)));
  }

  private static Answer readyz(AgentView view) {
    List<String> reasons = Readiness.reasons(view);
    return reasons.isEmpty()
        ? Answer.text(Answer.OK, "ok\n")
        : Answer.text(Answer.UNAVAILABLE, String.join("\n", reasons) + "\n");
  }
}
