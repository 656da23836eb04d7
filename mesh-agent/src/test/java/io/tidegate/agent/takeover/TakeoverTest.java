package io.tidegate.agent.takeover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ports that are taken over from what stands in for Docker's mesh, with real rules. */
@Timeout(120)
class TakeoverTest {

  private static final int WEB = TakeoverFixture.WEB;

  @RegisterExtension final TakeoverFixture net = new TakeoverFixture();

  @Test
  void takesNewClientsWithTheirAddressWhileOldOnesStayWithDocker() throws Exception {
    try (Socket old = net.connect(WEB);
        DatagramSocket oldUdp = net.datagrams();
        DatagramSocket newUdp = net.datagrams()) {
      assertThat(old.getInputStream().read()).isEqualTo(TakeoverFixture.DOCKERS);
      assertThat(net.asked(oldUdp, WEB)).isEqualTo("docker?");

      net.agent().begin(WEB);

      try (Socket fresh = net.connect(WEB)) {
        assertThat(fresh.getInputStream().read()).isEqualTo(TakeoverFixture.AGENTS);
        assertThat(net.docker().sandbox.run("ss -Htn state established sport = :" + WEB))
            .contains("%s:%d".formatted(DockerMesh.CLIENT_ADDRESS, fresh.getLocalPort()));
        Clients.assertExact(fresh, 1 << 20);
      }
      assertThat(net.asked(newUdp, WEB)).isEqualTo("agent?");
      assertThat(net.asked(newUdp, WEB)).isEqualTo("agent?");
      Clients.assertExact(old, 1 << 20);
      assertThat(net.asked(oldUdp, WEB)).isEqualTo("docker?");
    }
  }

  @Test
  void leavesNewClientsToDockerWhenItIsKilledAndTakesThemAgainWhenItIsBack() throws Exception {
    TakeoverAgent agent = net.agent().begin(WEB);
    try (Socket own = net.connect(WEB);
        DatagramSocket udp = net.datagrams();
        DatagramSocket laterUdp = net.datagrams()) {
      assertThat(own.getInputStream().read()).isEqualTo(TakeoverFixture.AGENTS);
      assertThat(net.asked(udp, WEB)).isEqualTo("agent?");

      agent.kill();

      assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.DOCKERS);
      assertThat(net.asked(laterUdp, WEB)).isEqualTo("docker?");
      assertThatThrownBy(() -> Clients.assertExact(own, 1))
          .isInstanceOfAny(SocketException.class, AssertionError.class);

      net.agent().begin(WEB);
      assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.AGENTS);
      assertThat(net.asked(laterUdp, WEB)).isEqualTo("docker?");
    }
  }

  @Test
  void handsAllBackOnDemandWhileItsOwnClientsFinish() throws Exception {
    TakeoverAgent agent = net.agent().begin(WEB);
    try (Socket own = net.connect(WEB);
        DatagramSocket udp = net.datagrams();
        DatagramSocket laterUdp = net.datagrams()) {
      assertThat(own.getInputStream().read()).isEqualTo(TakeoverFixture.AGENTS);
      assertThat(net.asked(udp, WEB)).isEqualTo("agent?");

      assertThat(agent.keeper.release(true).isReleased()).isTrue();
      assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.DOCKERS);
      assertThat(net.asked(laterUdp, WEB)).isEqualTo("docker?");
      assertThat(net.asked(udp, WEB)).isEqualTo("agent?");
      Clients.assertExact(own, 1 << 20);
      agent.publish(WEB, 9090);
      await().until(() -> agent.mesh.table().routes().size() == 4);
      assertThat(agent.keeper.status().ports()).isEmpty();

      assertThat(agent.keeper.release(false).isReleased()).isFalse();
      assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.AGENTS);
    }
  }

  @Test
  void leavesRulesAndRoutesAsTheyWere() throws Exception {
    String before = net.docker().rules();
    TakeoverAgent agent = net.agent().begin(WEB);
    assertThat(net.docker().rules()).isNotEqualTo(before);

    agent.close();

    assertThat(net.docker().rules()).isEqualTo(before);
    assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.DOCKERS);
  }

  @Test
  void servesAHundredPortsThroughOneSocketPerShard() throws Exception {
    int[] ports = IntStream.range(9000, 9100).toArray();
    TakeoverAgent agent = net.agent().begin(ports);

    for (int port : ports) {
      assertThat(net.asked(port)).isEqualTo(TakeoverFixture.AGENTS);
    }
    assertThat(net.docker().sandbox.run("ss -Hltn").lines()).hasSize(2);
    agent.publish(9000);
    agent.awaitTaken(2);
    assertThat(net.asked(9000)).isEqualTo(TakeoverFixture.AGENTS);
  }

  @Test
  void followsPortsThatComeAndGo() throws Exception {
    TakeoverAgent agent = net.agent().begin(9090);
    assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.DOCKERS);

    agent.publish(WEB);
    agent.awaitTaken(2);
    await().until(() -> agent.keeper.status().ports().contains(PublishedPort.tcp(WEB)));
    assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.AGENTS);

    agent.publish(9090);
    await().until(() -> !agent.keeper.status().ports().contains(PublishedPort.tcp(WEB)));
    assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.DOCKERS);
  }

  @Test
  void settlesInANewNamespaceAtTheSamePlace() throws Exception {
    TakeoverAgent agent = net.agent().begin(WEB);
    assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.AGENTS);

    net.docker().renewSandbox();

    await().atMost(Duration.ofSeconds(20)).until(() -> net.asked(WEB) == TakeoverFixture.AGENTS);
    try (DatagramSocket udp = net.datagrams()) {
      assertThat(net.asked(udp, WEB)).isEqualTo("agent?");
    }
    assertThat(agent.keeper.status().error()).isNull();
  }

  @Test
  void writesItsRulesAgainWhenSomebodyHasRemovedThem() throws Exception {
    net.agent().begin(WEB);
    net.docker().sandbox.run("nft delete table inet tidegate");
    assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.DOCKERS);

    await().atMost(Duration.ofSeconds(30)).until(() -> net.asked(WEB) == TakeoverFixture.AGENTS);
  }

  @Test
  void givesNewClientsToTheAgentThatFollowsWhileOldOnesFinish() throws Exception {
    TakeoverAgent first = net.agent().begin(WEB);
    TakeoverAgent second;
    try (Socket old = net.connect(WEB)) {
      assertThat(old.getInputStream().read()).isEqualTo(TakeoverFixture.AGENTS);
      first.keeper.cease();
      first.mesh.stopListening();
      // Still its own until the other's rules are in force.
      assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.AGENTS);

      second = net.agent().begin(WEB);
      Clients.assertExact(old, 1 << 20);
      assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.AGENTS);
      Clients.assertExact(old, 1 << 20);
    }
    try (Socket fresh = net.connect(WEB)) {
      assertThat(fresh.getInputStream().read()).isEqualTo(TakeoverFixture.AGENTS);
      assertThat(first.mesh.drain(Duration.ofSeconds(10))).isTrue();
      first.close();

      assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.AGENTS);
      Clients.assertExact(fresh, 1 << 20);
    }
    assertThat(second.keeper.status().ports()).hasSize(2);
  }

  @Test
  void removesWhatAnAgentThatWasKilledHasLeftButNotWhatOneNeeds() throws Exception {
    String before = net.docker().rules();
    TakeoverAgent agent = net.agent().begin(WEB);
    assertThatThrownBy(() -> Leftovers.remove(net.docker().path()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("an agent takes ports over in " + net.docker().path());

    agent.kill();

    assertThat(Leftovers.remove(net.docker().path())).isTrue();
    assertThat(Leftovers.remove(net.docker().path())).isFalse();
    assertThat(net.docker().rules()).isEqualTo(before);
  }
}
