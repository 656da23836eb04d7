package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A manager is lost where there are others. */
class ManagersIT extends AgentScenarios {

  private static final int WEB = 8080;
  private static final int BEACON = 8081;
  private static final int FEW = 1;
  private static final int MANY = 5;
  private static final int ROUNDS = 3;
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

  @AfterEach
  void askTheFirstManagerAgain() {
    Swarm.ask(Lab.managers().getFirst());
  }

  @Test
  void workersFollowAnotherManagerAndNoRequestFails() throws Exception {
    List<String> workers = Lab.nodes().subList(Lab.managers().size(), Lab.nodes().size());
    Swarm.createWeb("web", 4, WEB, "--constraint", "node.role==worker");
    Swarm.createWeb("beacon", FEW, BEACON, "--constraint", "node.role==worker");
    awaitTables("web", 4, WEB);
    Map<String, String> followed = new TreeMap<>();
    for (String worker : workers) {
      Wait.seconds(10).until(worker + " follows", () -> !followed(worker).isEmpty());
      followed.put(worker, followed(worker));
    }
    String lost = toLose(followed);
    report("followed: %s; to be lost: %s", followed, lost);
    Swarm.ask(Lab.managers().stream().filter(it -> !it.equals(lost)).findFirst().orElseThrow());
    List<String> others = Lab.nodes().stream().filter(node -> !node.equals(lost)).toList();
    try (Load load = Load.start(client, WEB, others)) {
      load.goOnFor(Duration.ofSeconds(2));
      long lostNanos = System.nanoTime();
      agents.kill(lost);
      Lab.run("stop-docker", lost, "--kill");
      try {
        for (String worker : workers) {
          Wait.seconds(10).until(worker + " follows", () -> followsOther(worker, lost));
          long tookMillis = (System.nanoTime() - lostNanos) / 1_000_000;
          report("%s follows %s, %d ms after the loss", worker, followed(worker), tookMillis);
        }
        assertChangesArrive(others);
        assertNoneFailed(load, "a manager lost");
      } finally {
        Lab.run("start-docker", lost);
        agents.start(lost);
      }
    }
    awaitFollows(lost);
  }

  /** A manager that a worker follows; the first one only where that is the one all follow. */
  private static String toLose(Map<String, String> followed) {
    String first = Lab.managers().getFirst();
    return followed.values().stream().filter(it -> !it.equals(first)).findFirst().orElse(first);
  }

  private void assertChangesArrive(List<String> nodes) throws IOException {
    Lags lags = Lags.since(tables, nodes);
    for (int i = 0; i < ROUNDS; i++) {
      scaleBeacon(MANY, nodes);
      scaleBeacon(FEW, nodes);
    }
    lags.collect();
    lags.report();
    assertThat(lags.fewest()).isGreaterThanOrEqualTo(ROUNDS * (MANY - FEW));
    lags.assertSoon();
  }

  private void scaleBeacon(int tasks, List<String> nodes) {
    Swarm.docker("service", "scale", "--detach", "beacon=" + tasks);
    Swarm.awaitRunning("beacon", tasks);
    for (String node : nodes) {
      Wait.seconds(2).until(node, () -> tables.known(node, BEACON).equals(Swarm.running("beacon")));
    }
  }

  private boolean followsOther(String worker, String lost) throws IOException {
    String manager = followed(worker);
    return !manager.isEmpty() && !manager.equals(lost);
  }

  /** The manager that a worker follows now, or nothing. */
  private String followed(String worker) throws IOException {
    JsonNode followed = tables.json(worker, "/api/v1/status").path("peers").path("followed");
    return Lab.managers().stream()
        .filter(manager -> followed.asText().startsWith(Lab.address(manager) + ":"))
        .findFirst()
        .orElse("");
  }
}
