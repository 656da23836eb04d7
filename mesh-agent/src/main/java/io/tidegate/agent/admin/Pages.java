package io.tidegate.agent.admin;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The pages by path. */
final class Pages {

  static final String INDEX =
      """
      Tidegate agent

      /livez            200 while the process runs
      /readyz           200 when every port of the routing table is served, else 503 and why not;
                        with either, what is in the way of virtual addresses
      /lb/NAME          for load balancers: 200 while this node serves the service NAME, or the
                        port, as in /lb/8080 or /lb/5353/udp; else 503 and why not
      /metrics          Prometheus
      /api/v1/status    how this agent fares: sources, counts, what is in the way, lags
      /api/v1/routes    the routing table: ports, endpoints, how each is reached, counts;
                        ?service=NAME or ?port=8080/tcp for some, &endpoints=false for ports alone
      /api/v1/resolve   ?q=NAME, VIP, VIP:PORT, :PORT or a task's id: the service with its live
                        endpoints; &network=NAME for its virtual IP there
      /api/v1/changes   ?after=NUMBER&wait=SECONDS: how tasks changed, each with its lag
      /api/v1/release   POST, from this node: hands all ports and virtual addresses back to Docker;
                        ?undo=true takes them again
      /api/v1/node      this node, and the options in force
      """;

  private static final String LB = "/lb/";

  private final AgentView view;
  private final Map<String, Page> byPath;

  Pages(AgentView view, boolean hasTaskMetrics) {
    this.view = view;
    InstantSource clock = InstantSource.system();
    byPath =
        Map.of(
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

  /** What a POST to a path does, or null. */
  @Nullable Page actionAt(String path) {
    return path.equals("/api/v1/release") ? new ReleasePage(view) : null;
  }

  /** The page at a path, or null. */
  @Nullable Page at(String path) {
    return path.startsWith(LB) ? _ -> lb(path.substring(LB.length())) : byPath.get(path);
  }

  private Answer lb(String wanted) {
    Serving serving = Serving.of(view, wanted);
    String reasons = String.join("\n", serving.reasons()) + "\n";
    if (!serving.isKnown()) {
      return Answer.text(Answer.NOT_FOUND, reasons);
    }
    return serving.isServing()
        ? Answer.text(Answer.OK, "ok\n")
        : Answer.text(Answer.UNAVAILABLE, reasons);
  }

  private static Answer readyz(AgentView view) {
    List<String> reasons = Readiness.reasons(view);
    List<String> lines = new ArrayList<>(reasons.isEmpty() ? List.of("ok") : reasons);
    lines.addAll(Readiness.remarks(view));
    return Answer.text(
        reasons.isEmpty() ? Answer.OK : Answer.UNAVAILABLE, String.join("\n", lines) + "\n");
  }
}
