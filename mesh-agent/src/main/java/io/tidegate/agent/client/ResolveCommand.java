package io.tidegate.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
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
          "A service's name or id, one of its virtual IPs (10.0.1.2, 10.0.1.2:80, 10.0.1.2:53/udp: all"
              + " ports lead to the same tasks), a published port (:8080, :5353/udp), or the"
              + " beginning of a task's id.")
  String wanted = "";

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "Its virtual IP on that network: which tasks clients there get, and why.")
  @Nullable String network;

  public ResolveCommand(Map<String, String> environment) {
    super(environment);
  }

  @Override
  void run(AgentApi api) throws ClientException, InterruptedException {
    String there = network == null ? "" : "&network=" + AgentApi.encode(network);
    String answer = api.get("/api/v1/resolve?q=" + AgentApi.encode(wanted) + there, AgentApi.LIMIT);
    if (json) {
      out().print(answer);
      return;
    }
    boolean isFirst = true;
    JsonNode parsed = api.parse(answer);
    for (JsonNode service : parsed.path("services")) {
      out().print(isFirst ? "" : System.lineSeparator());
      print(ResolveText.lines(service, parsed.path("protocol").asText(), ink()));
      isFirst = false;
    }
  }
}
