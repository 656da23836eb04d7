package io.tidegate.agent.takeover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients of UDP ports that are taken over, with real rules. */
@Timeout(120)
class TakeoverUdpTest {

  private static final int WEB = TakeoverFixture.WEB;

  @RegisterExtension final TakeoverFixture net = new TakeoverFixture();

  @Test
  void losesNoUdpClientWhenItIsKilled() throws Exception {
    TakeoverAgent agent = net.agent().begin(WEB);
    try (DatagramSocket old = net.datagrams();
        DatagramSocket fresh = net.datagrams()) {
      assertThat(net.asked(old, WEB)).isEqualTo("agent?");
      await().until(() -> !isFresh(old));
      assertThat(net.asked(old, WEB)).isEqualTo("agent?");
      assertThat(net.asked(fresh, WEB)).isEqualTo("agent?");

      agent.kill();

      assertThat(net.asked(old, WEB)).isEqualTo("docker?");
      // Whoever had just begun, and goes on without a pause.
      assertThat(isFresh(fresh)).isTrue();
      for (int i = 0; i < 20; i++) {
        assertThat(net.asked(fresh, WEB)).isEqualTo("docker?");
      }

      net.agent().begin(WEB);
      assertThat(net.asked(old, WEB)).isEqualTo("docker?");
      assertThat(net.asked(fresh, WEB)).isEqualTo("docker?");
    }
  }

  private boolean isFresh(DatagramSocket client) throws IOException {
    return net.docker()
        .sandbox
        .run("nft list set inet tidegate fresh")
        .contains(". %d . %d".formatted(client.getLocalPort(), WEB));
  }

  @Test
  void leavesAFlowToDockerThatNobodyHasAnsweredYet() throws Exception {
    int port = 9090;
    try (DatagramSocket old = net.datagrams();
        DatagramSocket fresh = net.datagrams()) {
      old.setSoTimeout(200);
      assertThat(isAnswered(old, port)).isFalse();

      net.agent().begin(port);

      assertThat(net.asked(fresh, port)).isEqualTo("agent?");
      assertThat(isAnswered(old, port)).isFalse();
    }
  }

  private static boolean isAnswered(DatagramSocket client, int port) throws IOException {
    client.send(new DatagramPacket("?".getBytes(UTF_8), 1, DockerMesh.published(port)));
    try {
      client.receive(new DatagramPacket(new byte[100], 100));
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  @Test
  void answersAHundredPortsOfUdpEachFromItselfThroughOneSocketPerShard() throws Exception {
    int[] ports = IntStream.range(9000, 9100).toArray();
    TakeoverAgent agent = net.agent().begin(ports);

    try (DatagramSocket client = net.datagrams();
        DatagramSocket other = net.datagrams()) {
      for (int port : ports) {
        assertThat(net.asked(client, port)).isEqualTo("agent?");
        assertThat(net.asked(client, port)).isEqualTo("agent?");
      }
      assertThat(net.asked(other, 9000)).isEqualTo("agent?");
      assertThat(net.docker().sandbox.run("ss -Hlun").lines()).hasSize(2);
      assertThat(exits()).isBetween(100L, 101L);

      agent.publish(9000);
      agent.awaitTaken(2);
      assertThat(net.asked(client, 9000)).isEqualTo("agent?");
      await().until(() -> exits() <= 2);
    }
  }

  /** Sockets by which answers leave. */
  private long exits() throws IOException {
    return net.docker().sandbox.run("ss -Hun state established dst 172.30.0.2:9").lines().count();
  }

  @Test
  void hasDatagramsAnsweredWhileAnotherAgentFollows() throws Exception {
    TakeoverAgent first = net.agent().begin(WEB);
    try (DatagramSocket client = net.datagrams();
        DatagramSocket fresh = net.datagrams()) {
      assertThat(net.asked(client, WEB)).isEqualTo("agent?");
      first.keeper.cease();
      first.mesh.stopListening();
      // Still its own until the other's rules are in force.
      assertThat(net.asked(client, WEB)).isEqualTo("agent?");
      assertThat(net.asked(fresh, WEB)).isEqualTo("agent?");

      net.agent().begin(WEB);
      assertThat(net.asked(client, WEB)).isEqualTo("agent?");
      assertThat(first.mesh.drain(Duration.ofSeconds(10))).isTrue();
      first.close();

      assertThat(net.asked(client, WEB)).isEqualTo("agent?");
      assertThat(net.asked(fresh, WEB)).isEqualTo("agent?");
    }
  }
}
