package io.tidegate.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the agents say of themselves, asked on each node's own loopback. */
final class Tables implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, Place> nodes = new HashMap<>();

  Tables() {
    Lab.nodes().forEach(node -> nodes.put(node, Place.node(node)));
  }

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

  /**
   * The tasks that a node sends new connections of a port to; empty if it does not serve the port.
   */
  Set<String> ready(String node, int port) throws IOException {
    Set<String> tasks = new TreeSet<>();
    for (JsonNode route : JSON.readTree(page(node, "/api/v1/routes")).path("routes")) {
      if (route.path("port").asText().equals(port + "/tcp")) {
        for (JsonNode endpoint : route.path("endpoints")) {
          if (endpoint.path("state").asText().equals("ready")) {
            tasks.add(endpoint.path("taskId").asText());
          }
        }
      }
    }
    return tasks;
  }

  /**
   * Waits until every node serves exactly these tasks on a port; returns how long the last one
   * took.
   */
  long awaitEverywhereMillis(int port, Set<String> tasks) {
    return Wait.seconds(20)
        .until(
            "every node serves " + tasks + " on " + port,
            () -> {
              for (String node : Lab.nodes()) {
                if (!ready(node, port).equals(tasks)) {
                  return false;
                }
              }
              return true;
            })
        .toMillis();
  }

  private Place place(String node) {
    Place place = nodes.get(node);
    if (place == null) {
      throw new IllegalArgumentException("node: " + node + " (expected: " + nodes.keySet() + ")");
    }
    return place;
  }

  @Override
  public void close() {
    nodes.values().forEach(Place::close);
  }
}
