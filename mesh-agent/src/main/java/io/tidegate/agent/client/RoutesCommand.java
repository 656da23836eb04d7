package io.tidegate.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tidegate routes}. */
@Command(
    name = "routes",
    description = {
      "Shows the routing table of this node's agent, one line per published port; the tasks too for"
          + " one service or port, or with --wide.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class RoutesCommand extends ApiCommand {

  @Parameters(
      paramLabel = "NAME|:PORT",
      arity = "0..1",
      description = "The routes of one service, or of one port, as in :8080 or :5353/udp.")
  @Nullable String wanted;

  @Option(names = "--wide", description = "Every task of every route.")
  boolean wide;

  public RoutesCommand(Map<String, String> environment) {
    super(environment);
  }

  @Override
  void run(AgentApi api) throws ClientException, InterruptedException {
    boolean hasEndpoints = wide || wanted != null;
    String answer =
        api.get("/api/v1/routes?endpoints=" + (hasEndpoints || json) + filter(), AgentApi.LIMIT);
    if (json) {
      out().print(answer);
      return;
    }
    JsonNode parsed = api.parse(answer);
    JsonNode routes = parsed.path("routes");
    JsonNode virtual = parsed.path("virtual");
    if (wanted != null && routes.isEmpty() && virtual.isEmpty()) {
      throw new ClientException(wanted + ": no route (try: tidegate resolve " + wanted + ")");
    }
    if (!routes.isEmpty() || virtual.isEmpty()) {
      print(hasEndpoints ? RoutesText.endpoints(routes, ink()) : RoutesText.ports(routes, ink()));
    }
    print(VirtualText.lines(virtual, hasEndpoints, ink()));
    if (wanted == null) {
      print(RoutesText.unserved(parsed.path("unserved")));
    }
  }

  private String filter() {
    String filter = wanted;
    if (filter == null) {
      return "";
    }
    return filter.startsWith(":")
        ? "&port=" + AgentApi.encode(filter.substring(1))
        : "&service=" + AgentApi.encode(filter);
  }
}
