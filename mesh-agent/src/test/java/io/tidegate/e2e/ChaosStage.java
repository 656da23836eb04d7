package io.tidegate.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a fault is done to: a Swarm, its agents, and the load that runs meanwhile. */
final class ChaosStage {

  static final int PORT = 8080;
  static final String WEB = "web";

  final ProcessAgents agents;
  final Tables tables;
  private final Place client;
  private List<String> askedNodes = Lab.nodes();

  ChaosStage(ProcessAgents agents, Tables tables, Place client) {
    this.agents = agents;
    this.tables = tables;
    this.client = client;
  }

  /** The load goes to these nodes alone. */
  void ask(List<String> nodes) {
    askedNodes = nodes;
  }

  ChaosLoad load() {
    return new ChaosLoad(client, PORT, askedNodes);
  }

  /** Creates the service that is loaded, and waits until every node has it. */
  void web(int replicas, String... options) {
    Swarm.createWeb(WEB, replicas, PORT, options);
    awaitTables(replicas);
  }

  void awaitTables(int replicas) {
    Swarm.awaitRunning(WEB, replicas);
    tables.awaitEverywhereMillis(PORT, Swarm.running(WEB));
  }

  /** Updates the service and waits until Swarm says that this is over. */
  void update(String... options) {
    List<String> args = new ArrayList<>(List.of("service", "update", "--detach"));
    args.addAll(List.of(options));
    args.add(WEB);
    String before = updatedAt();
    Swarm.docker(args.toArray(String[]::new));
    awaitUpdated(before);
  }

  void rollBack() {
    String before = updatedAt();
    Swarm.docker("service", "rollback", "--detach", WEB);
    awaitUpdated(before);
  }

  private static void awaitUpdated(String before) {
    Wait.seconds(180)
        .until(
            "the update is over",
            () -> {
              String now = updatedAt();
              return now.contains("completed") && !now.equals(before);
            });
  }

  private static String updatedAt() {
    return Swarm.docker(
        "service",
        "inspect",
        WEB,
        "--format",
        "{{if .UpdateStatus}}{{.UpdateStatus.State}} {{.UpdateStatus.CompletedAt}}{{end}}");
  }

  void scale(int replicas) {
    Swarm.docker("service", "scale", "--detach", WEB + "=" + replicas);
    Swarm.awaitRunning(WEB, replicas);
  }

  /** How many connects of a node to tasks that are named so have failed. */
  long connectFailures(String node, String taskName) throws IOException {
    long failures = 0;
    for (String list : List.of("endpoints", "withheld")) {
      for (JsonNode endpoint : tables.route(node, PORT).path(list)) {
        if (endpoint.path("task").asText().equals(taskName)) {
          failures += endpoint.path("connectFailures").asLong();
        }
      }
    }
    return failures;
  }

  /** A node that is not asked and runs tasks of the service. */
  static String last() {
    return Lab.nodes().getLast();
  }

  static void pause(double seconds) throws InterruptedException {
    Thread.sleep((long) (seconds * 1_000));
  }
}
