package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long changes of tasks take from the store's commit, or from the container's death, to the
 * tables of some nodes, from a moment on. All nodes of the lab have one clock.
 */
final class Lags {

  private static final Logger LOG = LoggerFactory.getLogger(Lags.class);

  private static final double P50_MILLIS = 100;
  private static final double P99_MILLIS = 500;
  private static final int HUNDRED = 100;
  private static final int SLOWEST = 10;

  private final Tables tables;
  private final Map<String, Long> asked = new TreeMap<>();
  private final Map<String, List<SeenChange>> byNode = new TreeMap<>();
  private final Map<String, Instant> writtenAt = new HashMap<>();
  private final List<Double> pickableMillis = new ArrayList<>();

  private Lags(Tables tables) {
    this.tables = tables;
  }

  static Lags since(Tables tables, List<String> nodes) throws IOException {
    Lags lags = new Lags(tables);
    for (String node : nodes) {
      lags.byNode.put(node, new ArrayList<>());
      lags.asked.put(node, tables.json(node, "/api/v1/changes?after=last").path("last").asLong());
    }
    return lags;
  }

  /** Takes what every node has had in force since the last time. */
  void collect() throws IOException {
    for (Map.Entry<String, List<SeenChange>> entry : byNode.entrySet()) {
      String node = entry.getKey();
      JsonNode answer = tables.json(node, "/api/v1/changes?after=" + asked.get(node));
      assertThat(answer.path("missed").asLong()).as("changes that %s has dropped", node).isZero();
      for (JsonNode change : answer.path("changes")) {
        asked.put(node, change.path("sequence").asLong());
        entry.getValue().add(SeenChange.of(node, change));
        addPickable(node + change.path("taskId").asText(), change);
      }
      LOG.info("{}: {} changes", node, written(entry.getValue()).size());
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

  /** How many changes the node has had that has had the fewest. */
  int fewest() {
    return byNode.values().stream().mapToInt(it -> written(it).size()).min().orElseThrow();
  }

  /** Says what there is to say. */
  void report() {
    byNode.forEach((node, changes) -> LOG.info(lags(changes).picture(node)));
    List<SeenChange> all = written(byNode.values().stream().flatMap(List::stream).toList());
    LOG.info(lags(all).picture("all nodes"));
    List<Last> last = untilTheLastNode(all);
    List<Last> drained = last.stream().filter(it -> it.change().isEndOfDrained()).toList();
    List<Last> others = last.stream().filter(it -> !it.change().isEndOfDrained()).toList();
    LOG.info(Last.picture("from the writing to the last node's table", others));
    LOG.info(Last.picture("drained tasks, from their end to the last node's table", drained));
    LOG.info(
        new Distribution(pickableMillis).picture("all nodes, new tasks until they can be picked"));
    all.stream()
        .sorted(Comparator.comparingDouble(SeenChange::lagMillis).reversed())
        .limit(SLOWEST)
        .forEach(change -> LOG.info("slow: {}", change.text()));
    others.stream()
        .sorted(Comparator.comparingDouble(Last::millis).reversed())
        .limit(SLOWEST)
        .forEach(it -> LOG.info("slow to the last node: {}", it.text()));
  }

  /**
   * Every node, by itself, keeps to the bar; where one has had fewer changes than a 99th percentile
   * takes, all of them together do.
   */
  void assertSoon() {
    if (fewest() < HUNDRED) {
      assertSoon("all nodes", byNode.values().stream().flatMap(List::stream).toList());
    } else {
      byNode.forEach(Lags::assertSoon);
    }
  }

  private static void assertSoon(String where, List<SeenChange> changes) {
    Distribution lags = lags(changes);
    assertThat(lags.percentile(50)).as("p50 on %s, ms", where).isLessThan(P50_MILLIS);
    assertThat(lags.percentile(99)).as("p99 on %s, ms", where).isLessThan(P99_MILLIS);
  }

  private static Distribution lags(List<SeenChange> changes) {
    return new Distribution(written(changes).stream().map(SeenChange::lagMillis).toList());
  }

  private static List<SeenChange> written(List<SeenChange> changes) {
    return changes.stream().filter(SeenChange::isWritten).toList();
  }

  /** A change, and the one that put it in force on the last node that had to hear of it. */
  private record Last(SeenChange change, SeenChange seen) {

    static String picture(String title, List<Last> last) {
      return new Distribution(last.stream().map(Last::millis).toList()).picture(title);
    }

    double millis() {
      return seen.millisSince(change);
    }

    String text() {
      return "%7.1f ms: %s on %s (%s), on %s as: %s"
          .formatted(
              millis(), change.to(), change.node(), change.source(), seen.node(), seen.text());
    }
  }

  private List<Last> untilTheLastNode(List<SeenChange> all) {
    record Written(String taskId, Instant at) {}
    Set<Written> told = new HashSet<>();
    List<Last> last = new ArrayList<>();
    for (SeenChange change : all) {
      if (told.add(new Written(change.taskId(), change.written()))) {
        byNode.values().stream()
            .map(changes -> covering(change, changes))
            .flatMap(Optional::stream)
            .map(seen -> new Last(change, seen))
            .max(Comparator.comparingDouble(Last::millis))
            .ifPresent(last::add);
      }
    }
    return last;
  }

  /**
   * What put a change in force on one node: that very change, or a later one of the same task.
   * Nothing if the node knew as much already, as where a task's end was heard from two sides.
   */
  private static Optional<SeenChange> covering(SeenChange change, List<SeenChange> ofNode) {
    SeenChange known = null;
    for (SeenChange seen : ofNode) {
      boolean isOfTask = seen.taskId().equals(change.taskId());
      if (isOfTask && seen.covers(change)) {
        boolean isKnown = known != null && known.saysAsMuchAs(change);
        return isKnown ? Optional.empty() : Optional.of(seen);
      }
      known = isOfTask ? seen : known;
    }
    return Optional.empty();
  }
}
