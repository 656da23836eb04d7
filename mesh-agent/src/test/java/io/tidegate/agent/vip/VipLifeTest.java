package io.tidegate.agent.vip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.takeover.Clients;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How agents and the sandboxes of networks come and go. */
@Timeout(120)
class VipLifeTest {

  @RegisterExtension final VipFixture net = new VipFixture();

  @Test
  void leavesAllAsItWas() throws Exception {
    String before = net.overlay().rules();
    VipAgent agent = net.begun();
    assertThat(net.asked(80)).isIn("a", "b");
    assertThat(net.overlay().rules()).isNotEqualTo(before);

    agent.publishNothing();
    await().atMost(VipFixture.PATIENCE).until(() -> net.overlay().rules().equals(before));
    agent.publish(Overlay.VIP, VipFixture.A, VipFixture.B);
    VipFixture.awaitAddresses(agent, 1);
    assertThat(net.asked(80)).isIn("a", "b");
    assertThat(net.overlay().rules()).isNotEqualTo(before);

    net.close(agent);
    assertThat(net.overlay().rules()).isEqualTo(before);
  }

  @Test
  void removesWhatAnAgentThatWasKilledHasLeftButNotWhatOneNeeds() throws Exception {
    String before = net.overlay().rules();
    VipAgent agent = net.begun();
    assertThatThrownBy(() -> VipLeftovers.remove(net.overlay().folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("an agent serves virtual addresses in " + net.overlay().path());
    net.kill(agent);
    assertThat(VipLeftovers.remove(net.overlay().folder)).isTrue();
    assertThat(VipLeftovers.remove(net.overlay().folder)).isFalse();
    assertThat(net.overlay().rules()).isEqualTo(before);

    net.kill(net.begun());
    VipAgent next = net.agent();
    next.keeper.start(true);
    await().atMost(VipFixture.PATIENCE).until(() -> net.overlay().rules().equals(before));
    next.publish(Overlay.VIP, VipFixture.A);
    next.keeper.begin();
    VipFixture.awaitAddresses(next, 1);
    assertThat(net.asked(80)).isEqualTo("a");
  }

  @Test
  void followsSandboxesThatComeAndGo() throws Exception {
    net.overlay().removeSandbox();
    VipAgent agent = net.started();
    agent.publish(Overlay.VIP, VipFixture.A, VipFixture.B);
    assertThat(agent.keeper.status().error()).isNull();

    net.overlay().addSandbox();
    VipFixture.awaitAddresses(agent, 1);
    assertThat(net.asked(80)).isIn("a", "b");

    net.overlay().removeSandbox();
    await().atMost(VipFixture.PATIENCE).until(() -> agent.keeper.status().networks().isEmpty());
    net.overlay().addSandbox();
    VipFixture.awaitAddresses(agent, 1);
    net.client().run("ip neigh flush dev eth0");
    assertThat(net.asked(80)).isIn("a", "b");
    assertThat(agent.keeper.status().error()).isNull();
  }

  @Test
  void servesTheOthersWhereOneNetworkCannotBe() throws Exception {
    // Before the other one, in the order of ids.
    Files.createFile(net.overlay().folder.resolve("lb_broken012"));
    VipAgent agent = net.started();
    agent.publishOn("broken0123456789", Overlay.VIP, VipFixture.A);
    agent.publish(Overlay.VIP, VipFixture.B);

    await().atMost(VipFixture.PATIENCE).until(() -> agent.addresses() == 1);
    assertThat(net.asked(80)).isEqualTo("b");
    assertThat(agent.keeper.status().error()).contains("lb_broken012");
    assertThat(agent.keeper.status().failures()).isPositive();

    Files.delete(net.overlay().folder.resolve("lb_broken012"));
    await().atMost(VipFixture.PATIENCE).until(() -> agent.keeper.status().error() == null);
  }

  @Test
  void givesNewClientsToTheAgentThatFollowsWhileOldOnesFinish() throws Exception {
    VipAgent first = net.begun();
    try (Socket old = net.connect(80);
        DatagramSocket udp = net.datagrams()) {
      assertThat(old.getInputStream().read()).isIn((int) 'a', (int) 'b');
      assertThat(net.asked(udp, VipFixture.DNS)).isIn("a?", "b?");
      first.keeper.cease();
      first.shards.stopListening();
      // Still its own until the other's rules are in force.
      assertThat(net.asked(80)).isIn("a", "b");
      assertThat(net.asked(udp, VipFixture.DNS)).isIn("a?", "b?");

      VipAgent second = net.begun();
      Clients.assertExact(old, 1 << 20);
      assertThat(net.asked(80)).isIn("a", "b");
      assertThat(net.asked(udp, VipFixture.DNS)).isIn("a?", "b?");
      old.shutdownOutput();
      assertThat(old.getInputStream().read()).isEqualTo(-1);
      assertThat(first.shards.drain(Duration.ofSeconds(10))).isTrue();
      net.close(first);

      assertThat(net.asked(80)).isIn("a", "b");
      assertThat(net.asked(udp, VipFixture.DNS)).isIn("a?", "b?");
      assertThat(second.addresses()).isEqualTo(1);
    }
  }
}
