package io.tidegate.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.handover.HandoverClient;
import io.tidegate.agent.handover.Instance;
import io.tidegate.proxy.PassedSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent that is started while another one runs, as processes of their own. */
@Timeout(120)
class HandoverTest {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  @TempDir Path folder;
  private final List<AgentProcess> agents = new ArrayList<>();
  private ServerSocket task;
  private int port;
  private int admin;

  @BeforeEach
  void listen() throws IOException {
    task = new ServerSocket(0, 50, LOOPBACK);
    port = FreePort.any();
    admin = FreePort.any();
    Files.writeString(
        folder.resolve("routes.yml"),
        "routes: [{port: %d, name: web, endpoints: ['127.0.0.1:%d']}]"
            .formatted(port, task.getLocalPort()));
  }

  @AfterEach
  void end() throws IOException {
    agents.forEach(AgentProcess::close);
    task.close();
  }

  private AgentProcess start(String... args) throws IOException {
    return start(admin, args);
  }

  private AgentProcess start(int adminPort, String... args) throws IOException {
    AgentProcess agent = AgentProcess.start(folder, "agent-" + agents.size(), adminPort, args);
    agents.add(agent);
    return agent;
  }

  /** A client and the task's side of it. */
  private record Relayed(Socket client, Socket upstream) implements AutoCloseable {

    void assertFlows() throws IOException {
      client.getOutputStream().write(42);
      assertThat(upstream.getInputStream().read()).isEqualTo(42);
    }

    @Override
    public void close() throws IOException {
      client.close();
      upstream.close();
    }
  }

  private Relayed relay() throws IOException {
    Relayed relayed = new Relayed(new Socket(LOOPBACK, port), task.accept());
    relayed.assertFlows();
    return relayed;
  }

  /** Asks for the place as another agent does; one that is ready offers it a moment later. */
  private HandoverClient ask() throws IOException {
    Instance same = Instance.ofThisProcess("test", "127.0.0.1:" + admin);
    return Objects.requireNonNull(
        await().until(() -> HandoverClient.ask(place(), same), Objects::nonNull));
  }

  private Path place() {
    return folder.resolve("state/handover.sock");
  }

  @Test
  void takesOverWhileRelaysFinishWhereTheyAre() throws Exception {
    AgentProcess first = start("--shards=2", "--lame-duck=1h").awaitReady();
    try (Relayed old = relay()) {
      AgentProcess second = start("--shards=1").awaitReady();
      first.awaitLog("draining: 1 connections");
      assertThat(second.log())
          .containsSubsequence("2 sockets for 1 ports from tidegate", "done, its clients are");
      try (Relayed fresh = relay()) {
        fresh.assertFlows();
        old.assertFlows();
      }
      assertThat(first.isAlive()).isTrue();
    }
    assertThat(first.awaitEnd()).isZero();
    assertThat(first.log())
        .containsSubsequence("hand-over: 2 sockets to pid", "hand-over: done", "drained: every")
        .doesNotContain("WARN", "not ready any more");
    assertThat(place()).exists();
  }

  @Test
  void goesOnAsIfNothingHadHappenedWhenTheOtherEndsBeforeItIsReady() throws Exception {
    AgentProcess agent = start("--shards=2").awaitReady();
    try (HandoverClient takeover = ask()) {
      assertThat(takeover.sockets()).hasSize(2);
      takeover.sockets().forEach(PassedSocket::close);
      try (Relayed meanwhile = relay()) {
        meanwhile.assertFlows();
      }
    }
    agent.awaitLog("hand-over: given up, this agent goes on");
    assertThat(AgentProcess.status(admin, "/readyz")).isEqualTo(200);
    for (int i = 0; i < 10; i++) {
      relay().close();
    }
    start().awaitReady();
    assertThat(agent.awaitEnd()).isZero();
  }

  @Test
  void takesOverInTheLameDuckTimeToo() throws Exception {
    AgentProcess first = start("--lame-duck=1h").awaitReady();
    first.tellToStop();
    first.awaitLog("clients are still taken");
    start().awaitReady();
    assertThat(first.awaitEnd()).isZero();
    relay().close();
  }

  @Test
  void beginsWithoutHelpWhereTheOtherWasKilled() throws Exception {
    AgentProcess first = start().awaitReady();
    await().until(() -> Files.exists(place()));
    first.kill();
    assertThat(place()).exists();
    AgentProcess second = start().awaitReady();
    assertThat(second.log()).doesNotContain("hand-over");
    relay().close();
  }

  @Test
  void staysReadyWhenItIsToldToStopWhileAnotherOneTakesOver() throws Exception {
    AgentProcess first = start("--lame-duck=1h").awaitReady();
    try (HandoverClient takeover = ask()) {
      takeover.sockets().forEach(PassedSocket::close);
      first.tellToStop();
      first.awaitLog("SIGTERM: stopping");
      assertThat(AgentProcess.status(admin, "/readyz")).isEqualTo(200);
    }
    first.awaitLog("not ready any more");
    await().until(() -> AgentProcess.status(admin, "/readyz") == 503);
  }

  /** Whether it is killed, or ends in order before the new one is ready. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void servesWhoCameWhileTheOtherWasGoneAlready(boolean isKilled) throws Exception {
    String web = Files.readString(folder.resolve("routes.yml")).replace("]}]", "]}");
    Files.writeString(
        folder.resolve("both.yml"),
        web + ", {port: " + FreePort.any() + ", endpoints: ['127.0.0.1:9']}]");
    AgentProcess first = start("--source=file:" + folder.resolve("both.yml"), "--lame-duck=0s");
    first.awaitReady();
    // It does not know the other port, and waits a while for that.
    AgentProcess second = start("--shards=1").awaitLog("for 2 ports");
    if (isKilled) {
      first.kill();
    } else {
      first.tellToStop();
      assertThat(first.awaitEnd()).isZero();
    }
    try (Relayed waiting = relay()) {
      second.awaitLog("has not let go").awaitReady();
      waiting.assertFlows();
    }
  }

  @Test
  void drainsWhatItServesThoughItCannotBeAsked() throws Exception {
    AgentProcess first = start().awaitReady();
    AgentProcess second =
        start("--agent-check=127.0.0.1:" + task.getLocalPort(), "--lame-duck=0s")
            .awaitLog("Address already in use");
    assertThat(first.awaitEnd()).isZero();
    try (Relayed relayed = relay()) {
      second.tellToStop();
      second.awaitLog("draining: 1 connections");
      relayed.assertFlows();
    }
    assertThat(second.awaitEnd()).isZero();
    assertThat(second.log()).contains("drained: every").doesNotContain("left to the agent");
  }

  @Test
  void leavesAnAgentOfAnotherAdminAddressAlone() throws Exception {
    AgentProcess first = start().awaitReady();
    AgentProcess other = start(FreePort.any()).awaitReady();
    assertThat(other.log())
        .contains("hand-over: not to be had here: another admin address: 127.0.0.1:");
    other.awaitLog("hand-over: no other agent can take over from this one: ");
    assertThat(AgentProcess.status(admin, "/readyz")).isEqualTo(200);
    other.tellToStop();
    start().awaitReady();
    assertThat(first.awaitEnd()).isZero();
  }

  @Test
  void letsOnlyOneOfTwoTakeOver() throws Exception {
    AgentProcess first = start().awaitReady();
    try (HandoverClient takeover = ask()) {
      takeover.sockets().forEach(PassedSocket::close);
      AgentProcess second = start();
      assertThat(second.awaitEnd()).isEqualTo(1);
      assertThat(second.log()).contains("hand-over: another agent is taking over");
    }
    first.awaitLog("given up");
    relay().close();
  }

  @Test
  void leavesThePlaceWhenItIsToldToStopBeforeItHasIt() throws Exception {
    AgentProcess first = start("--shards=1").awaitReady();
    // Its table does not have the port of the first one, for which it waits a while.
    Path others = Files.writeString(folder.resolve("others.yml"), "routes: []");
    AgentProcess second = start("--source=file:" + others).awaitLog("1 sockets for 1 ports");
    second.tellToStop();
    assertThat(second.awaitEnd()).isZero();
    assertThat(second.log()).contains("hand-over: left to the agent that was here before");
    await().until(() -> AgentProcess.status(admin, "/livez") == 200);
    assertThat(first.isAlive()).isTrue();
  }
}
