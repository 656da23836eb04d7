package io.tidegate.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent with few descriptors, and clients that would take more than there are. */
@Timeout(120)
class OverloadIT {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final int DESCRIPTORS = 1_024;
  private static final int CLIENTS = 600;

  @TempDir Path folder;
  private final List<Socket> clients = new ArrayList<>();
  private ServerSocket task;
  private int port;
  private int admin;

  @BeforeEach
  void listen() throws IOException {
    task = new ServerSocket(0, 1_024, LOOPBACK);
    Thread.ofVirtual().start(this::answerAll);
    port = FreePort.any();
    admin = FreePort.any();
  }

  @AfterEach
  void close() throws IOException {
    for (Socket client : clients) {
      client.close();
    }
    task.close();
  }

  @Test
  void staysReachableForItsOperatorAndServesWhoeverWaitsOnceThereIsRoom() throws Exception {
    try (AgentProcess agent = start("")) {
      for (int i = 0; i < CLIENTS; i++) {
        connect("127.0.0.1");
      }
      await().until(() -> AgentProcess.status(admin, "/readyz") == 503);
      agent.awaitLog("overloaded: ");
      await()
          .during(Duration.ofSeconds(3))
          .atMost(Duration.ofSeconds(6))
          .untilAsserted(
              () -> {
                assertThat(AgentProcess.status(admin, "/livez")).isEqualTo(200);
                assertThat(page("/metrics")).contains("tidegate_overload_accept_paused 1.0");
              });
      Socket late = connect("127.0.0.1");
      late.getOutputStream().write(7);
      for (Socket client : clients.subList(0, CLIENTS)) {
        client.close();
      }
      assertThat(late.getInputStream().read()).isEqualTo(7);
      await().until(() -> AgentProcess.status(admin, "/readyz") == 200);
      agent.awaitLog("no overload any more");
      assertThat(agent.log()).doesNotContain("Too many open files");
    }
  }

  @Test
  void servesOthersAtOnceWhereAnAddressMayNotTakeAll() throws Exception {
    try (AgentProcess agent = start("limit-source-connections: 100, ")) {
      for (int i = 0; i < CLIENTS; i++) {
        connect("127.0.0.2");
      }
      for (int i = 0; i < 50; i++) {
        long beginNanos = System.nanoTime();
        Socket client = connect("127.0.0.3");
        client.getOutputStream().write(7);
        assertThat(client.getInputStream().read()).isEqualTo(7);
        assertThat(System.nanoTime() - beginNanos).isLessThan(1_000_000_000);
      }
      assertThat(AgentProcess.status(admin, "/readyz")).isEqualTo(200);
      assertThat(agent.log()).doesNotContain("overloaded");
      assertThat(page("/metrics")).contains("result=\"source_limit\",service=\"web\"} 500.0");
    }
  }

  private AgentProcess start(String limits) throws IOException {
    Files.writeString(
        folder.resolve("routes.yml"),
        "routes:%n  - {port: %d, name: web, %sendpoints: ['127.0.0.1:%d']}%n"
            .formatted(port, limits, task.getLocalPort()));
    return AgentProcess.startWithDescriptors(DESCRIPTORS, folder, "agent", admin).awaitReady();
  }

  private Socket connect(String from) throws IOException {
    Socket client = new Socket();
    clients.add(client);
    client.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    client.connect(new InetSocketAddress(LOOPBACK, port), 5_000);
    client.setSoTimeout(20_000);
    return client;
  }

  private String page(String path) throws IOException {
    try (var in = URI.create("http://127.0.0.1:" + admin + path).toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void answerAll() {
    while (!task.isClosed()) {
      try {
        Socket client = task.accept();
        Thread.ofVirtual().start(() -> echo(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void echo(Socket client) {
    try (client) {
      for (int next = client.getInputStream().read();
          next >= 0;
          next = client.getInputStream().read()) {
        client.getOutputStream().write(next);
      }
    } catch (IOException e) {
      // the other end is gone
    }
  }
}
