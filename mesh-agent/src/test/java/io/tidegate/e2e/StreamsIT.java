package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What workers know, and what every node goes on knowing when nobody tells it anything any more.
 */
class StreamsIT extends AgentScenarios {

  private static final int WEB = 8080;
  private static final int EVERYWHERE = 8081;
  private static final int VICTIM = 8082;
  private static final int VICTIMS = 10;
  private static final int LABELLED = 8443;
  private static final List<String> WORKERS = List.of("n2", "n3");
  private static final Duration CUT = Duration.ofSeconds(60);
  // Until 7 s of silence the workers still take the manager for alive.
  private static final List<Integer> DEATHS_SECONDS = List.of(1, 3, 6, 30);
  private static final int HALF_LOAD = 100;
  private static final int LIGHT_LOAD = 50;
  private static final long DEATH_MILLIS = 200;
  private static final long RESTART_MILLIS = 1_000;

  @Test
  void workersKnowLabelsAndWhichServiceIsOlder() throws Exception {
    String publish = "tidegate.publish=" + LABELLED + ":80";
    Swarm.createWeb("older", 2, WEB, "--label", publish, "--label", "tidegate.balance=round-robin");
    for (String node : WORKERS) {
      Duration took =
          Wait.seconds(2)
              .until(
                  node + " knows the policy", () -> knows(node, LABELLED, "older", "round-robin"));
      report("%s has the policy of a label after %d ms", node, took.toMillis());
    }
    Set<String> older = Swarm.running("older");
    tables.awaitEverywhereMillis(LABELLED, older);
    Swarm.createWeb("newer", 1, EVERYWHERE, "--label", publish);
    for (String node : Lab.nodes()) {
      Wait.seconds(2).until(node + " knows the clash", () -> clash(node).equals("older"));
      assertThat(tables.ready(node, LABELLED)).as(node).isEqualTo(older);
      assertThat(client.call(() -> Http.get(Lab.address(node), LABELLED, "/"))).contains("task=");
    }
    Swarm.docker("service", "update", "--detach", "--label-add", "tidegate.balance=p2c", "older");
    for (String node : WORKERS) {
      Wait.seconds(2)
          .until(node + " knows the new policy", () -> knows(node, LABELLED, "older", "p2c"));
    }
  }

  private boolean knows(String node, int port, String service, String balance) throws IOException {
    JsonNode route = tables.route(node, port);
    return route.path("service").asText().equals(service)
        && route.path("balance").asText().equals(balance);
  }

  /** Who keeps the port that two services publish by their labels. */
  private String clash(String node) throws IOException {
    return tables
        .json(node, "/api/v1/routes")
        .path("clashes")
        .path(0)
        .path("keeper")
        .path("service")
        .asText();
  }

  @Test
  void noRouteIsLostAndDeathsAreToldWhileNoManagerCanBeReached() throws Exception {
    Swarm.createWeb("web", 4, WEB, "--constraint", "node.hostname!=n1");
    Swarm.createWeb(
        "everywhere",
        3,
        EVERYWHERE,
        "--placement-pref",
        "spread=node.hostname",
        "--replicas-max-per-node",
        "1");
    Swarm.createWeb("victim", VICTIMS, VICTIM, "--constraint", "node.hostname!=n1");
    awaitTables("web", 4, WEB);
    awaitTables("everywhere", 3, EVERYWHERE);
    awaitTables("victim", VICTIMS, VICTIM);
    Map<String, Integer> before = endpoints();
    Iterator<Swarm.Container> doomed = Swarm.containers("n2", "victim").iterator();
    Swarm.Container last = Swarm.container("n3", "victim");
    try (Load onWorkers = Load.start(client, WEB, WORKERS, HALF_LOAD);
        Load onAll = Load.start(client, EVERYWHERE, WORKERS, HALF_LOAD)) {
      onAll.goOnFor(Duration.ofSeconds(3));
      double cutSeconds = onAll.seconds();
      Lab.run("cut", "n1");
      double isCutSeconds = onAll.seconds();
      try {
        List<Death> deaths = new ArrayList<>();
        for (int seconds : DEATHS_SECONDS) {
          goOnUntil(onAll, cutSeconds + seconds);
          deaths.add(die("n2", doomed.next(), onAll.seconds() - cutSeconds));
        }
        deaths.add(die("n3", last, onAll.seconds() - cutSeconds));
        for (Death death : deaths) {
          assertIsTold(death);
        }
        onAll.goOnFor(CUT.dividedBy(2));
        assertThat(endpoints()).as("routes").isEqualTo(before);
        assertNoneFailed(onWorkers, "manager cut off, tasks on workers");
        assertOnlyLostAtTheCut(onAll, cutSeconds, isCutSeconds);
      } finally {
        Lab.run("heal", "n1");
      }
    }
    assertFollowAgain();
  }

  /** How many endpoints each route of each node has; of the victim only whether there are any. */
  private Map<String, Integer> endpoints() throws IOException {
    Map<String, Integer> sizes = new TreeMap<>();
    for (String node : WORKERS) {
      for (int port : List.of(WEB, EVERYWHERE)) {
        sizes.put(node + ":" + port, tables.route(node, port).path("endpoints").size());
      }
      sizes.put(node + ":" + VICTIM, Math.min(1, tables.ready(node, VICTIM).size()));
    }
    for (int port : List.of(WEB, EVERYWHERE, VICTIM)) {
      sizes.put("n1:" + port, tables.route("n1", port).isMissingNode() ? 0 : 1);
    }
    return sizes;
  }

  /** What was on its way to the task on n1 when that was cut off is lost, and nothing else. */
  private static void assertOnlyLostAtTheCut(Load load, double from, double to) throws Exception {
    List<Load.Request> requests = load.stop();
    report("manager and its task cut off: %s", Load.summary(requests));
    var _ = assertLostAtOneInstant(Load.failed(requests), from, to);
  }

  private static void goOnUntil(Load load, double seconds) throws InterruptedException {
    load.goOnFor(Duration.ofMillis((long) Math.max(1, (seconds - load.seconds()) * 1_000)));
  }

  /** A task's death so long after the cut, and when it was gone from the tables of the workers. */
  private record Death(
      String node,
      Swarm.Container container,
      double afterSeconds,
      Instant killed,
      Map<String, Instant> goneAt) {}

  private Death die(String node, Swarm.Container container, double afterSeconds) throws Exception {
    Map<String, Long> before = new TreeMap<>();
    for (String worker : WORKERS) {
      before.put(worker, tables.lastChange(worker));
    }
    Instant killed = container.kill();
    Map<String, Instant> goneAt = new TreeMap<>();
    before.forEach(
        (worker, last) -> goneAt.put(worker, tables.goneAt(worker, container.taskId(), last)));
    return new Death(node, container, afterSeconds, killed, goneAt);
  }

  private static void assertIsTold(Death death) {
    Instant died = Swarm.diedAt(death.node(), death.container(), death.killed());
    Map<String, Long> tookMillis = new TreeMap<>();
    death.goneAt().forEach((node, at) -> tookMillis.put(node, millis(died, at)));
    report(
        "task on %s died %.1f s after the cut, %d ms after its kill; left the tables after ms: %s",
        death.node(), death.afterSeconds(), millis(death.killed(), died), tookMillis);
    assertThat(tookMillis.values()).as("ms").allMatch(millis -> millis <= DEATH_MILLIS);
  }

  private static long millis(Instant from, Instant to) {
    return Duration.between(from, to).toMillis();
  }

  private void assertFollowAgain() {
    long healNanos = System.nanoTime();
    for (String node : WORKERS) {
      Wait.seconds(10).until(node + " follows", () -> tables.source(node).equals("swarm-peer"));
      report("healed: %s follows after %d ms", node, (System.nanoTime() - healNanos) / 1_000_000);
    }
    Wait.seconds(60).until("the Swarm is whole", () -> Swarm.running("victim").size() == VICTIMS);
    tables.awaitGossip();
    awaitTables("web", 4, WEB);
    awaitTables("victim", VICTIMS, VICTIM);
  }

  @Test
  void anAgentThatStartsWithoutDockerServesWhatItKnewBefore() throws Exception {
    Swarm.createWeb("web", 4, WEB, "--constraint", "node.hostname!=n3");
    awaitTables("web", 4, WEB);
    // The first thing that is known may be saved at once, the next at most a few seconds later.
    List<Long> tookMillis = new ArrayList<>();
    try (Load load = Load.start(client, WEB, List.of("n1", "n2"), LIGHT_LOAD)) {
      load.goOnFor(Duration.ofSeconds(4));
      Lab.run("stop-docker", "n3");
      try {
        restart();
        assertNoneFailed(load, "agent of n3 restarted without its Docker");
        // Timed without the load, which comes from the same machine.
        for (int i = 0; i < 3; i++) {
          tookMillis.add(restart());
        }
      } finally {
        Lab.run("start-docker", "n3");
      }
    }
    report("agents that start without Docker serve after %s ms", tookMillis);
    Wait.seconds(60).until("n3 follows", () -> tables.source("n3").equals("swarm-peer"));
    tables.awaitGossip();
    // The median: a shared machine is slow for a second now and then.
    Collections.sort(tookMillis);
    assertThat(tookMillis.get(1)).isLessThanOrEqualTo(RESTART_MILLIS);
  }

  /** Ends the agent of n3 and starts it again; returns how long it took until it served. */
  private long restart() throws Exception {
    agents.kill("n3");
    long startNanos = System.nanoTime();
    agents.start("n3");
    Wait.seconds(20).until("n3 serves", () -> answers("n3"));
    long tookMillis = (System.nanoTime() - startNanos) / 1_000_000;
    assertThat(tables.known("n3", WEB)).isEqualTo(tables.ready("n2", WEB));
    return tookMillis;
  }

  private boolean answers(String node) {
    return client.call(() -> Http.get(Lab.address(node), WEB, "/")).contains("task=");
  }
}
