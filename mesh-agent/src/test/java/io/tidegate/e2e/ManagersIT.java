package io.tidegate.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A manager is lost where there are others. */
class ManagersIT extends AgentScenarios {

  private static final int WEB = 8080;
  private static final int BEACON = 8081;
  private static final String NEEDS =
      "needs a lab of three managers or more: deploy/lab/swarm-lab up --nodes 5 --managers 3";

  @Override
  @BeforeAll
  void startAgents() {
    Lab.require();
    boolean hasManagers = Lab.managers().size() >= 3;
    if (!hasManagers) {
      report("skipped: %s", NEEDS);
    }
    assumeTrue(hasManagers, NEEDS);
    super.startAgents();
  }

  @Test
  void workersFollowAnotherManagerAndNoRequestFails() throws Exception {
    List<String> workers = Lab.nodes().subList(Lab.managers().size(), Lab.nodes().size());
    String first = workers.getFirst();
    Swarm.createWeb("web", 4, WEB, "--constraint", "node.role==worker");
    Swarm.createWeb("beacon", 1, BEACON, "--constraint", "node.role==worker");
    awaitTables("web", 4, WEB);
    // The docker client of the tests asks n1: another one is to be lost, which workers follow.
    String lost = Lab.managers().getLast();
    List<String> others = Lab.nodes().stream().filter(node -> !node.equals(lost)).toList();
    try (Load load = Load.start(client, WEB, others)) {
      load.goOnFor(Duration.ofSeconds(2));
      report("lost: %s; %s said: %s", lost, first, followed(first));
      agents.kill(lost);
      Lab.run("stop-docker", lost, "--kill");
      try {
        load.goOnFor(Duration.ofSeconds(5));
        for (String worker : workers) {
          Wait.seconds(10).until(worker + " follows", () -> follows(worker, lost));
          report("%s: %s", worker, followed(worker));
        }
        assertSeen(others);
        assertNoneFailed(load, "a manager lost");
      } finally {
        Lab.run("start-docker", lost);
        agents.start(lost);
      }
    }
    awaitFollows(lost);
  }

  private void assertSeen(List<String> nodes) {
    Swarm.docker("service", "scale", "--detach", "beacon=2");
    Swarm.awaitRunning("beacon", 2);
    for (String node : nodes) {
      Wait.seconds(2).until(node, () -> tables.known(node, BEACON).equals(Swarm.running("beacon")));
    }
  }

  /** Whether the last one that a node followed is another, and it still does. */
  private boolean follows(String node, String lost) throws IOException {
    JsonNode discovery = tables.json(node, "/api/v1/node").path("discovery");
    return discovery.path("name").asText().equals("swarm-peer")
        && !discovery.hasNonNull("error")
        && !followed(node).contains(Lab.address(lost) + ":");
  }

  private String followed(String node) {
    return agents
        .said(node)
        .lines()
        .filter(line -> line.contains(": following "))
        .reduce("", (_, last) -> last);
  }
}
