package io.tidegate.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.core.ConditionTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the agents say of themselves, asked on each node's own loopback. */
final class Tables implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Tables.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ADMIN_PORT = 9180;
  private static final String PROBE = "probe";
  private static final int PROBE_PORT = 8_099;
  private static final long SLOW_NANOS = Duration.ofSeconds(2).toNanos();

  private final Map<String, Place> nodes = new ConcurrentHashMap<>();

  String page(String node, String path) throws IOException {
    return place(node).call(() -> Http.get("127.0.0.1", ADMIN_PORT, path));
  }

  boolean isReady(String node) {
    try {
      page(node, "/readyz");
      return true;
    } catch (IOException | AssertionError e) {
      return false;
    }
  }

  JsonNode json(String node, String path) throws IOException {
    return JSON.readTree(page(node, path));
  }

  /** What nodes have counted, by a counter without labels. */
  long count(String counter, Collection<String> nodes) throws IOException {
    long sum = 0;
    for (String node : nodes) {
      for (String line : page(node, "/metrics").lines().toList()) {
        if (line.startsWith(counter + " ")) {
          sum += (long) Double.parseDouble(line.substring(counter.length() + 1));
        }
      }
    }
    return sum;
  }

  /** The route of a port as a node has it; one without anything if it does not serve the port. */
  JsonNode route(String node, int port) throws IOException {
    for (JsonNode route : json(node, "/api/v1/routes").path("routes")) {
      if (route.path("port").asText().equals(port + "/tcp")) {
        return route;
      }
    }
    return JSON.missingNode();
  }

  /**
   * The tasks that a node sends new connections of a port to; empty if it does not serve the port.
   */
  Set<String> ready(String node, int port) throws IOException {
    return tasks(node, port, Set.of("ready"));
  }

  /** Likewise, with those to which there is no way from this node for now. */
  Set<String> known(String node, int port) throws IOException {
    return tasks(node, port, Set.of("ready", "unreachable"));
  }

  private Set<String> tasks(String node, int port, Set<String> states) throws IOException {
    Set<String> tasks = new TreeSet<>();
    for (JsonNode endpoint : route(node, port).path("endpoints")) {
      if (states.contains(endpoint.path("state").asText())) {
        tasks.add(endpoint.path("taskId").asText());
      }
    }
    return tasks;
  }

  /** The number of the newest change that a node has in force. */
  long lastChange(String node) throws IOException {
    return json(node, "/api/v1/changes?after=last").path("last").asLong();
  }

  /**
   * When a task took no more connections on a node, by the node's own log of what was in force and
   * when: looking at the table all the time would slow down what is looked at.
   *
   * @param after the number of a change before that
   */
  Instant goneAt(String node, String taskId, long after) {
    AtomicReference<Instant> at = new AtomicReference<>();
    Wait.seconds(20)
        .until(
            taskId + " is gone on " + node,
            () -> {
              for (JsonNode change : json(node, "/api/v1/changes?after=" + after).path("changes")) {
                if (change.path("taskId").asText().equals(taskId)
                    && !change.path("to").asText().equals("ready")) {
                  at.set(Instant.parse(change.path("at").asText()));
                  return true;
                }
              }
              return false;
            });
    return Objects.requireNonNull(at.get());
  }

  /** What a node knows the Swarm by now. */
  String source(String node) throws IOException {
    return json(node, "/api/v1/node").path("discovery").path("name").asText();
  }

  /** Likewise, with tasks to which there is no way from some node for now. */
  long awaitKnownEverywhereMillis(int port, Set<String> tasks) {
    return awaitMillis(
        port, "knows " + tasks + " on " + port, node -> known(node, port).equals(tasks));
  }

  /**
   * Waits until every node serves exactly these tasks on a port; returns how long the last one
   * took.
   */
  long awaitEverywhereMillis(int port, Set<String> tasks) {
    return awaitMillis(
        port, "serves " + tasks + " on " + port, node -> ready(node, port).equals(tasks));
  }

  /**
   * Waits until every node's Docker knows the way to new tasks on every other node: for a minute
   * after one of them was started it may not, and no agent can know better.
   */
  void awaitGossip() {
    int nodes = Lab.nodes().size();
    Swarm.createWeb(PROBE, nodes, PROBE_PORT, "--replicas-max-per-node", "1");
    Set<String> tasks = Swarm.running(PROBE);
    for (String node : Lab.nodes()) {
      Wait.seconds(120).until(node + " reaches all", () -> ready(node, PROBE_PORT).equals(tasks));
    }
    Swarm.remove(PROBE);
  }

  private interface Condition {
    boolean holds(String node) throws IOException;
  }

  private long awaitMillis(int port, String what, Condition condition) {
    Slow slow = new Slow();
    try {
      return Wait.seconds(60)
          .until(
              "every node " + what,
              () -> {
                for (String node : Lab.nodes()) {
                  if (!condition.holds(node)) {
                    slow.log(port, node, what);
                    return false;
                  }
                }
                return true;
              })
          .toMillis();
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("not every node " + what + ": " + said(port), e);
    }
  }

  /** Says once what every node knows while one takes longer than it should. */
  private final class Slow {
    private final long sinceNanos = System.nanoTime();
    private boolean isSaid;

    void log(int port, String node, String what) {
      if (!isSaid && System.nanoTime() - sinceNanos > SLOW_NANOS) {
        isSaid = true;
        LOG.info("{} not yet {}: {}", node, what, said(port));
      }
    }
  }

  /** What each node says of a port, and whom it believes. */
  private Map<String, String> said(int port) {
    Map<String, String> said = new TreeMap<>();
    for (String node : Lab.nodes()) {
      try {
        said.put(node, source(node) + " " + route(node, port));
      } catch (IOException | AssertionError e) {
        said.put(node, e.toString());
      }
    }
    return said;
  }

  private Place place(String node) {
    return nodes.computeIfAbsent(node, Place::node);
  }

  @Override
  public void close() {
    nodes.values().forEach(Place::close);
  }
}
