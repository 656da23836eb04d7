package io.tidegate.e2e;

import static java.util.Collections.disjoint;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * How long a change of a task takes from the store's commit, or from the container's death, to the
 * table of every node. All nodes of the lab have one clock.
 */
class ChangeLagIT extends AgentScenarios {

  private static final int WEB = 8080;
  private static final int CHANGES = 300;
  private static final int FEW = 2;
  private static final int MANY = 20;
  private static final List<String> UPDATE =
      List.of("service", "update", "--force", "--update-parallelism", "5", "--detach", "web");
  private static final double P50_MILLIS = 100;
  private static final double P99_MILLIS = 500;
  private static final double[] BOUNDS_MILLIS = {2, 5, 10, 25, 50, 100, 250, 500, 1_000};

  private final Map<String, Long> seen = new TreeMap<>();
  private final Map<String, List<Double>> lagsMillis = new TreeMap<>();
  private final Map<String, Instant> writtenAt = new HashMap<>();
  private final List<Double> pickableMillis = new ArrayList<>();

  @Test
  void everyNodeHasAChangeInForceSoonAfterItsCommit() throws Exception {
    awaitStream();
    for (String node : Lab.nodes()) {
      lagsMillis.put(node, new ArrayList<>());
      seen.put(node, tables.json(node, "/api/v1/changes?after=last").path("last").asLong());
    }
    Swarm.createWeb("web", FEW, WEB);
    while (!isEnough()) {
      scale(MANY);
      Lab.nodes().forEach(node -> Swarm.killContainer(node, "web"));
      Wait.seconds(30).until("the Swarm knows", () -> Swarm.running("web").size() < MANY);
      Swarm.awaitRunning("web", MANY);
      updateAll();
      scale(FEW);
      collect();
    }
    Swarm.remove("web");
    tables.awaitEverywhereMillis(WEB, Set.of());
    collect();
    assertLags();
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

  private static void updateAll() {
    Set<String> before = Swarm.running("web");
    Swarm.docker(UPDATE.toArray(String[]::new));
    Wait.seconds(60)
        .until(
            "every task is new",
            () -> Swarm.running("web").size() == MANY && disjoint(before, Swarm.running("web")));
    Swarm.awaitRunning("web", MANY);
  }

  private static void scale(int tasks) {
    Swarm.docker("service", "scale", "--detach", "web=" + tasks);
    Swarm.awaitRunning("web", tasks);
  }

  private boolean isEnough() {
    return lagsMillis.values().stream().allMatch(lags -> lags.size() >= CHANGES);
  }

  /** Takes what every node has had in force since the last time. */
  private void collect() throws IOException {
    for (Map.Entry<String, List<Double>> entry : lagsMillis.entrySet()) {
      String node = entry.getKey();
      JsonNode answer = tables.json(node, "/api/v1/changes?after=" + seen.get(node));
      assertThat(answer.path("missed").asLong()).as("changes that %s has dropped", node).isZero();
      for (JsonNode change : answer.path("changes")) {
        seen.put(node, change.path("sequence").asLong());
        // What a node decides by itself, as that it has a way to a task now, nobody wrote.
        if (change.path("lagMillis").isNumber()) {
          entry.getValue().add(change.path("lagMillis").asDouble());
        }
        addPickable(node + change.path("taskId").asText(), change);
      }
      report("%s: %d changes", node, entry.getValue().size());
    }
  }

  /**
   * A task that has begun is in the table before it can be picked: this node's Docker has to hear
   * by gossip where it is.
   */
  private void addPickable(String taskOnNode, JsonNode change) {
    if (change.hasNonNull("writtenAt")) {
      writtenAt.put(taskOnNode, Instant.parse(change.path("writtenAt").asText()));
    }
    Instant written = writtenAt.get(taskOnNode);
    if (written != null && change.path("to").asText().equals("ready")) {
      Instant at = Instant.parse(change.path("at").asText());
      pickableMillis.add(Duration.between(written, at).toNanos() / 1e6);
    }
  }

  private void assertLags() {
    List<Double> all = new ArrayList<>();
    lagsMillis.forEach(
        (node, lags) -> {
          all.addAll(lags);
          report("%s", picture(node, lags));
        });
    report("%s", picture("all nodes", all));
    report("%s", picture("all nodes, new tasks until they can be picked", pickableMillis));
    lagsMillis.forEach(ChangeLagIT::assertSoon);
  }

  private static void assertSoon(String node, List<Double> lags) {
    assertThat(percentile(lags, 50)).as("p50 on %s, ms", node).isLessThan(P50_MILLIS);
    assertThat(percentile(lags, 99)).as("p99 on %s, ms", node).isLessThan(P99_MILLIS);
  }

  private static double percentile(List<Double> values, int percent) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
  }

  private static String picture(String title, List<Double> lags) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s: %d changes, p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms"
            .formatted(
                title,
                lags.size(),
                percentile(lags, 50),
                percentile(lags, 90),
                percentile(lags, 99),
                percentile(lags, 100)));
    double above = Double.NEGATIVE_INFINITY;
    for (double bound : BOUNDS_MILLIS) {
      text.append(bar("≤ %.0f ms".formatted(bound), count(lags, above, bound), lags.size()));
      above = bound;
    }
    return text.append(bar("more", count(lags, above, Double.MAX_VALUE), lags.size())).toString();
  }

  private static long count(List<Double> lags, double above, double bound) {
    return lags.stream().filter(lag -> lag > above && lag <= bound).count();
  }

  private static String bar(String label, long count, int all) {
    return "%n%12s %6d %s".formatted(label, count, "#".repeat((int) Math.ceilDiv(count * 60, all)));
  }
}
