package io.tidegate.e2e;

import static java.util.Collections.disjoint;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How soon a change of a task is in the table of every node. The nodes share this machine's cores,
 * so the Swarm is given no more to do at once than a node of its own each could do in that time,
 * and is looked at now and then only.
 */
class ChangeLagIT extends AgentScenarios {

  private static final int WEB = 8080;
  private static final int CHANGES = 300;
  private static final int FEW = 2;
  private static final int MANY = 26;
  private static final int STEP = 8;
  private static final Wait WAIT = Wait.seconds(90).unhurried();
  private static final List<String> UPDATE =
      List.of("service", "update", "--force", "--update-parallelism", "5", "--detach", "web");

  @Test
  @Timeout(600)
  void everyNodeHasAChangeInForceSoonAfterItsCommit() throws Exception {
    awaitStream();
    Machine.awaitQuiet();
    Lags lags = Lags.since(tables, Lab.nodes());
    Swarm.createWeb("web", FEW, WEB);
    List<Runnable> acts =
        List.of(
            ChangeLagIT::scaleOut,
            ChangeLagIT::killOnEachNode,
            ChangeLagIT::updateAll,
            ChangeLagIT::scaleIn);
    for (int i = 0; lags.fewest() < CHANGES; i++) {
      acts.get(i % acts.size()).run();
      lags.collect();
    }
    Swarm.remove("web");
    tables.awaitEverywhereMillis(WEB, Set.of());
    lags.collect();
    lags.report();
    lags.assertSoon();
  }

  /** An engine before 28 that has a new certificate serves the stream only after a restart. */
  private void awaitStream() throws IOException {
    if (tables.source("n1").equals("swarm-rest")) {
      Lab.run("stop-docker", "n1");
      Lab.run("start-docker", "n1");
    }
    Wait.seconds(60).until("n1 streams", () -> tables.source("n1").equals("swarm-watch"));
    for (String node : Lab.nodes().subList(Lab.managers().size(), Lab.nodes().size())) {
      Wait.seconds(60).until(node + " streams", () -> tables.source(node).equals("swarm-peer"));
    }
  }

  private static void scaleOut() {
    for (int tasks = FEW + STEP; tasks <= MANY; tasks += STEP) {
      scale(tasks);
    }
  }

  private static void scaleIn() {
    for (int tasks = MANY - STEP; tasks >= FEW; tasks -= STEP) {
      scale(tasks);
    }
  }

  /** One on each node, which is no more at once than a node of its own each could do. */
  private static void killOnEachNode() {
    Set<String> before = Swarm.running("web");
    Lab.nodes().forEach(node -> Swarm.killContainer(node, "web"));
    WAIT.until("the Swarm knows", () -> gone(before) >= Lab.nodes().size());
    Swarm.awaitRunning(WAIT, "web", MANY);
  }

  private static long gone(Set<String> before) {
    Set<String> now = Swarm.running("web");
    return before.stream().filter(task -> !now.contains(task)).count();
  }

  private static void updateAll() {
    Set<String> before = Swarm.running("web");
    Swarm.docker(UPDATE.toArray(String[]::new));
    WAIT.until(
        "every task is new",
        () -> Swarm.running("web").size() == MANY && disjoint(before, Swarm.running("web")));
    Swarm.awaitRunning(WAIT, "web", MANY);
  }

  private static void scale(int tasks) {
    Swarm.docker("service", "scale", "--detach", "web=" + tasks);
    Swarm.awaitRunning(WAIT, "web", tasks);
  }
}
