package io.tidegate.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.DigestInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Tasks on two nodes see who their clients are, through every node, and say so themselves. The
 * clients are outside of the Swarm.
 */
class TransparentIT extends AgentScenarios {

  private static final int PORT = 8080;
  private static final int UDP_PORT = 8081;
  private static final int ECHO_PORT = 7007;
  private static final int CLIENTS = 3_000;
  private static final int MEBIBYTES = 64;
  // Each client has its own: what came by another node from the same port may still have it there.
  private static final int FIRST_CLIENT_PORT = 20_000;
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final String TRANSPARENT = "tidegate.client-ip=transparent";
  private static final String NOT_ON_N3 = "node.hostname!=n3";

  @Test
  void tasksSeeTheAddressAndPortOfEveryClient() {
    Swarm.createWeb(
        "web",
        4,
        PORT,
        "--label",
        TRANSPARENT,
        "--constraint",
        NOT_ON_N3,
        "--publish",
        UDP_PORT + ":80/udp");
    awaitTables("web", 4, PORT);
    int each = CLIENTS / Lab.nodes().size();
    int clientPort = FIRST_CLIENT_PORT;
    for (String node : Lab.nodes()) {
      Set<String> tasks = new TreeSet<>();
      for (int i = 0; i < each; i++) {
        int from = clientPort++;
        tasks.add(client.call(() -> askByTcp(node, from)));
        tasks.add(client.call(() -> askByUdp(node, from)));
      }
      assertThat(tasks).as("tasks that answered through %s", node).hasSize(4);
      report("%d connections and %d datagrams through %s: all seen as they are", each, each, node);
    }
  }

  /** Which task has answered; it must have seen this client. */
  private static String askByTcp(String node, int from) throws IOException {
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(from));
      socket.connect(new InetSocketAddress(Lab.address(node), PORT), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket
          .getOutputStream()
          .write("GET /peer HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      return taskThatSaw(from, answer.substring(answer.indexOf("\r\n\r\n") + 4));
    }
  }

  private static String askByUdp(String node, int from) throws IOException {
    try (DatagramSocket socket = new DatagramSocket(from)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      byte[] peer = "peer".getBytes(US_ASCII);
      InetSocketAddress address = new InetSocketAddress(Lab.address(node), UDP_PORT);
      socket.send(new DatagramPacket(peer, peer.length, address));
      DatagramPacket answer = new DatagramPacket(new byte[2048], 2048);
      socket.receive(answer);
      return taskThatSaw(from, new String(answer.getData(), 0, answer.getLength(), US_ASCII));
    }
  }

  private static String taskThatSaw(int port, String answer) {
    String[] lines = answer.split("\n", -1);
    assertThat(lines[0]).isEqualTo("peer=" + Lab.address("client") + ":" + port);
    return lines[1];
  }

  @Test
  void manyBytesPassUnchangedBothWaysToTasksHereAndThere() throws Exception {
    for (String taskNode : Lab.nodes().subList(0, 2)) {
      String name = "echo-" + taskNode;
      Swarm.docker(
          "service",
          "create",
          "--detach",
          "--name",
          name,
          "--publish",
          ECHO_PORT + ":7",
          "--label",
          TRANSPARENT,
          "--constraint",
          "node.hostname==" + taskNode,
          "tidegate-lab/http",
          "echo",
          "7");
      awaitTables(name, 1, ECHO_PORT);
      for (String node : Lab.nodes()) {
        client.call(() -> exchange(node));
        report("%d MiB both ways through %s with a task on %s", MEBIBYTES, node, taskNode);
      }
      Swarm.remove(name);
    }
  }

  private boolean exchange(String node) throws Exception {
    try (Socket socket = new Socket(Lab.address(node), ECHO_PORT)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      Future<byte[]> sent = client.start(() -> send(socket.getOutputStream()));
      byte[] received = receive(socket.getInputStream());
      assertThat(received).isEqualTo(sent.get());
      socket.shutdownOutput();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      return true;
    }
  }

  private static byte[] send(OutputStream out) throws IOException, GeneralSecurityException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    Random random = new Random(1);
    byte[] chunk = new byte[1 << 20];
    for (int i = 0; i < MEBIBYTES; i++) {
      random.nextBytes(chunk);
      digest.update(chunk);
      out.write(chunk);
    }
    return digest.digest();
  }

  private static byte[] receive(InputStream in) throws IOException, GeneralSecurityException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    DigestInputStream counted = new DigestInputStream(in, digest);
    for (int i = 0; i < MEBIBYTES; i++) {
      assertThat(counted.readNBytes(1 << 20)).hasSize(1 << 20);
    }
    return digest.digest();
  }
}
