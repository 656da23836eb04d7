package io.tidegate.agent.client;

import java.util.Map;
import picocli.CommandLine.Command;

/** {@code tidegate status}. */
@Command(
    name = "status",
    description = {
      "Says how the agent of this node fares: whether it is ready and why not, where its facts come"
          + " from, and how long changes take until they are in force.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class StatusCommand extends ApiCommand {

  public StatusCommand(Map<String, String> environment) {
    super(environment);
  }

  @Override
  void run(AgentApi api) throws ClientException, InterruptedException {
    String answer = api.get("/api/v1/status", AgentApi.LIMIT);
    if (json) {
      out().print(answer);
    } else {
      print(StatusText.lines(api.parse(answer), ink()));
    }
  }
}
