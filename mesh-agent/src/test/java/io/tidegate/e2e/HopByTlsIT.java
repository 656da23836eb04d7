package io.tidegate.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * A service whose connections are not to be seen between nodes, and whose tasks are to see their
 * clients: on two nodes, asked through all three.
 */
class HopByTlsIT extends AgentScenarios {

  private static final int PORT = 8080;
  private static final int CLIENTS = 300;
  private static final List<String> TASKS_AT = List.of("n1", "n2");
  private static final int TIMEOUT_MILLIS = 10_000;

  @Test
  void everyClientOfAnotherNodeGoesByTlsAndIsSeenByItsTask() throws IOException {
    Swarm.createWeb(
        "web",
        4,
        PORT,
        "--label",
        "tidegate.client-ip=transparent",
        "--label",
        "tidegate.hop=tls",
        "--constraint",
        "node.hostname!=n3");
    awaitTables("web", 4, PORT);
    for (String node : Lab.nodes()) {
      Set<String> tasks = new TreeSet<>();
      for (int i = 0; i < CLIENTS; i++) {
        tasks.add(client.call(() -> ask(node)));
      }
      assertThat(tasks).as("tasks that answered through %s", node).hasSize(4);
    }
    for (JsonNode endpoint : tables.route("n3", PORT).path("endpoints")) {
      assertThat(endpoint.at("/reach/reason").asText()).contains("by TLS");
    }
    long out = tunnels("n3", "out");
    long taken = tables.count("tidegate_hops_taken_total", TASKS_AT);
    long connections = tables.count("tidegate_hop_connections_total", TASKS_AT);
    long tunnels = tunnels("n1", "in") + tunnels("n2", "in");
    assertThat(taken).isGreaterThanOrEqualTo(CLIENTS);
    // No client came but by a tunnel, and one tunnel is for many.
    assertThat(tunnels).isBetween(Math.max(out, connections), taken / 2);
    report(
        "%d clients through each node, %d of them passed on by %d tunnels",
        CLIENTS, taken, tunnels);
  }

  private long tunnels(String node, String direction) throws IOException {
    return tables
        .json(node, "/api/v1/status")
        .at("/peers/tunnels/" + direction + "/opened")
        .asLong();
  }

  /** Which task has answered; it must have seen this client. */
  private static String ask(String node) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(Lab.address(node), PORT), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket
          .getOutputStream()
          .write("GET /peer HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      String[] lines = answer.substring(answer.indexOf("\r\n\r\n") + 4).split("\n", -1);
      assertThat(lines[0]).isEqualTo("peer=" + Lab.address("client") + ":" + socket.getLocalPort());
      return lines[1];
    }
  }
}
