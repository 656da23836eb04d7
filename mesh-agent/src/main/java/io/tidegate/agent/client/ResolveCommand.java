package io.tidegate.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code tidegate resolve}. */
@Command(
    name = "resolve",
    description = {
      "Says what the agent of this node knows of a service: its ports, its virtual IPs, and its tasks"
          + " with their node, state, reach and load.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ResolveCommand extends ApiCommand {

  @Parameters(
      paramLabel = "NAME|VIP|:PORT",
      description =
          "A service's name or id, one of its virtual IPs, a published port (:8080, :5353/udp), or"
              + " the beginning of a task's id.")
  String wanted = "";

  public ResolveCommand(Map<String, String> environment) {
    super(environment);
  }

  @Override
  void run(AgentApi api) throws ClientException, InterruptedException {
    String answer = api.get("/api/v1/resolve?q=" + AgentApi.encode(wanted), AgentApi.LIMIT);
    if (json) {
      out().print(answer);
      return;
    }
    boolean isFirst = true;
    for (JsonNode service : api.parse(answer).path("services")) {
      out().print(isFirst ? "" : System.lineSeparator());
      print(ResolveText.lines(service, ink()));
      isFirst = false;
    }
  }
}
