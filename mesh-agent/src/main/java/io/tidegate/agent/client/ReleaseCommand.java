package io.tidegate.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidegate.agent.takeover.Leftovers;
import io.tidegate.agent.vip.VipLeftovers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tidegate release}. */
@Command(
    name = "release",
    description = {
      "Hands all ports that the agent of this node has taken over back to Docker's own mesh, and"
          + " virtual addresses to its IPVS: new clients are Docker's at once, those that the agent"
          + " has finish there. That holds until --undo, or until the agent starts anew. Where no"
          + " agent runs, what one that was killed has left is removed.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ReleaseCommand extends ApiCommand {

  private static final String VARIABLE_NETNS = "TIDEGATE_NETNS_DIR";
  private static final String SANDBOX = "ingress_sbox";

  @Option(names = "--undo", description = "Take ports and virtual addresses again.")
  boolean undo;

  @Option(
      names = "--netns-dir",
      paramLabel = "DIR",
      defaultValue = "${" + VARIABLE_NETNS + ":-/var/run/docker/netns}",
      description =
          "Where no agent runs: Docker's network namespaces. Default: /var/run/docker/netns; "
              + VARIABLE_NETNS
              + " as for the agent.")
  Path netnsDir = Path.of("/var/run/docker/netns");

  public ReleaseCommand(Map<String, String> environment) {
    super(environment);
  }

  @Override
  void run(AgentApi api) throws ClientException, InterruptedException {
    String answer;
    try {
      answer = api.post("/api/v1/release" + (undo ? "?undo=true" : ""), AgentApi.LIMIT);
    } catch (AgentAbsentException e) {
      if (undo) {
        throw e;
      }
      tell(e.getMessage());
      removeLeftovers();
      return;
    }
    if (json) {
      out().print(answer);
    } else {
      say(api.parse(answer));
    }
  }

  private void say(JsonNode answer) {
    JsonNode takeover = answer.path("takeover");
    JsonNode vips = answer.path("vips");
    if (takeover.path("released").asBoolean() || vips.path("released").asBoolean()) {
      out().println("released: new clients are Docker's, until --undo or the agent's next start");
      sayWhoIsServedByNobody(vips);
    } else {
      int addresses = sum(vips, "addresses");
      out()
          .println(
              "taken over: %d ports%s"
                  .formatted(
                      takeover.path("ports").size(),
                      addresses == 0 ? "" : ", %d virtual addresses".formatted(addresses)));
    }
  }

  private void sayWhoIsServedByNobody(JsonNode vips) {
    int added = sum(vips, "added");
    if (added > 0) {
      out()
          .println(
              "%d virtual addresses are served by nobody until then: the kernel has no IPVS"
                  .formatted(added));
    }
  }

  private static int sum(JsonNode vips, String field) {
    int sum = 0;
    for (JsonNode network : vips.path("networks")) {
      sum += network.path(field).asInt();
    }
    return sum;
  }

  private void removeLeftovers() throws ClientException {
    Path sandbox = netnsDir.resolve(SANDBOX);
    if (!Files.exists(sandbox)) {
      throw new ClientException(
          sandbox + " does not exist (expected: that of Docker's mesh; see --netns-dir)");
    }
    try {
      boolean were = Leftovers.remove(sandbox);
      if (were) {
        out().println("removed what an agent that is gone had left in " + sandbox);
      }
      if (VipLeftovers.remove(netnsDir)) {
        out().println("removed what an agent that is gone had left of virtual addresses");
      } else if (!were) {
        out().println("nothing to release: no agent has left anything in " + netnsDir);
      }
    } catch (IOException e) {
      throw new ClientException(String.valueOf(e.getMessage()));
    }
  }
}
