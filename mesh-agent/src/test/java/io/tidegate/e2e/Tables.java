package io.tidegate.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What the agents say of themselves, asked on each node's own loopback. */
final class Tables implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  // To ask without a pause would take from the agents the cores that they are measured on.
  private static final long ASK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Map<String, Place> nodes = new ConcurrentHashMap<>();

  String page(String node, String path) throws IOException {
    return place(node).call(() -> Http.get("127.0.0.1", Agents.ADMIN_PORT, path));
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

  /** Asks a node every few ms until a task takes no connections there; returns when that was. */
  Future<Instant> goneAt(String node, int port, String taskId) {
    Callable<Instant> asking =
        () -> {
          while (ready(node, port).contains(taskId)) {
            LockSupport.parkNanos(ASK_NANOS);
          }
          return Instant.now();
        };
    return place(node).start(asking);
  }

  /** What a node knows the Swarm by now. */
  String source(String node) throws IOException {
    return json(node, "/api/v1/node").path("discovery").path("name").asText();
  }

  /** Likewise, with tasks to which there is no way from some node for now. */
  long awaitKnownEverywhereMillis(int port, Set<String> tasks) {
    return awaitMillis("knows " + tasks + " on " + port, node -> known(node, port).equals(tasks));
  }

  /**
   * Waits until every node serves exactly these tasks on a port; returns how long the last one
   * took.
   */
  long awaitEverywhereMillis(int port, Set<String> tasks) {
    return awaitMillis("serves " + tasks + " on " + port, node -> ready(node, port).equals(tasks));
  }

  private interface Condition {
    boolean holds(String node) throws IOException;
  }

  private static long awaitMillis(String what, Condition condition) {
    return Wait.seconds(20)
        .until(
            "every node " + what,
            () -> {
              for (String node : Lab.nodes()) {
                if (!condition.holds(node)) {
                  return false;
                }
              }
              return true;
            })
        .toMillis();
  }

  private Place place(String node) {
    return nodes.computeIfAbsent(node, Place::node);
  }

  @Override
  public void close() {
    nodes.values().forEach(Place::close);
  }
}
