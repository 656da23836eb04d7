package io.tidegate.agent.vip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.takeover.Clients;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Virtual addresses that something else serves without an agent, as IPVS does. */
@Timeout(120)
class VipBesideDockerTest {

  @RegisterExtension final VipFixture net = new VipFixture();

  @Test
  void takesNewClientsFromDockerWhileOldOnesStay() throws Exception {
    VipAgent agent = net.besideDocker();
    try (Socket old = net.connect(80);
        DatagramSocket oldUdp = net.datagrams();
        DatagramSocket newUdp = net.datagrams()) {
      assertThat(old.getInputStream().read()).isEqualTo('d');
      assertThat(net.asked(oldUdp, VipFixture.DNS)).isEqualTo("d?");

      net.begun(agent);

      assertThat(net.asked(net.client(), 80, 100_000)).isIn("a", "b");
      assertThat(net.asked(newUdp, VipFixture.DNS)).isIn("a?", "b?");
      assertThat(net.asked(oldUdp, VipFixture.DNS)).isEqualTo("d?");
      Clients.assertExact(old, 1 << 20);
      assertThat(net.overlay().takenByIpvs()).contains("packets 0 ");
      assertThat(agent.keeper.status().networks())
          .allSatisfy(network -> assertThat(network.added()).isZero());
    }
  }

  @Test
  void leavesNewClientsToDockerWhenItIsKilledAndTakesThemAgainWhenItIsBack() throws Exception {
    VipAgent agent = net.begun(net.besideDocker());
    try (Socket own = net.connect(80);
        DatagramSocket oldUdp = net.datagrams();
        DatagramSocket udp = net.datagrams();
        DatagramSocket laterUdp = net.datagrams()) {
      assertThat(own.getInputStream().read()).isIn((int) 'a', (int) 'b');
      assertThat(net.asked(oldUdp, VipFixture.DNS)).isIn("a?", "b?");
      await().until(() -> !isFresh(oldUdp));
      assertThat(net.asked(udp, VipFixture.DNS)).isIn("a?", "b?");

      net.kill(agent);

      assertThat(net.asked(80)).isEqualTo("d");
      assertThat(net.asked(laterUdp, VipFixture.DNS)).isEqualTo("d?");
      assertThat(net.asked(oldUdp, VipFixture.DNS)).isEqualTo("d?");
      // Whoever had just begun, and goes on without a pause.
      assertThat(net.asked(udp, VipFixture.DNS)).isEqualTo("d?");

      net.begun(net.agent(Ipvs.State.PRESENT));
      assertThat(net.asked(80)).isIn("a", "b");
      assertThat(net.asked(laterUdp, VipFixture.DNS)).isEqualTo("d?");
    }
  }

  private boolean isFresh(DatagramSocket socket) throws IOException {
    return net.overlay()
        .sandbox
        .run("nft list set inet tidegate_vips fresh")
        .contains(" . %d . ".formatted(socket.getLocalPort()));
  }

  @Test
  void handsAllBackOnDemandWhileItsOwnClientsFinish() throws Exception {
    VipAgent agent = net.begun(net.besideDocker());
    try (Socket own = net.connect(80);
        DatagramSocket udp = net.datagrams();
        DatagramSocket laterUdp = net.datagrams()) {
      assertThat(own.getInputStream().read()).isIn((int) 'a', (int) 'b');
      String answer = net.asked(udp, VipFixture.DNS);

      assertThat(agent.keeper.release(true).isReleased()).isTrue();
      assertThat(net.asked(80)).isEqualTo("d");
      assertThat(net.asked(laterUdp, VipFixture.DNS)).isEqualTo("d?");
      assertThat(net.asked(udp, VipFixture.DNS)).isEqualTo(answer).isNotEqualTo("d?");
      Clients.assertExact(own, 1 << 20);

      assertThat(agent.keeper.release(false).isReleased()).isFalse();
      assertThat(net.asked(80)).isIn("a", "b");
    }
  }

  @Test
  void addsNoAddressWhereDockerWill() throws Exception {
    VipAgent agent = net.begun(net.agent(Ipvs.State.LOADABLE));
    assertThat(net.overlay().sandbox.run("ip addr show dev eth0")).doesNotContain("10.30.0.100");
    assertThat(agent.keeper.status().networks())
        .allSatisfy(network -> assertThat(network.added()).isZero());
  }
}
