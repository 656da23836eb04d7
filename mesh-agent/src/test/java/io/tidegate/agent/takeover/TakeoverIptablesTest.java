package io.tidegate.agent.takeover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.agent.linux.Ipvs;
import io.tidegate.proxy.Foothold;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ports that are taken over on a node that has iptables alone, with real rules. */
@Timeout(120)
class TakeoverIptablesTest {

  private static final int WEB = TakeoverFixture.WEB;

  @RegisterExtension final TakeoverFixture net = new TakeoverFixture();

  /** A node that has iptables alone. */
  private final class WithoutNft implements Surroundings {

    private final Surroundings node = new Sandbox(() -> net.docker().path());

    @Override
    public Ipvs ipvs() {
      return node.ipvs();
    }

    @Override
    public String identity() throws IOException {
      return node.identity();
    }

    @Override
    public Foothold foothold() throws IOException {
      return node.foothold();
    }

    @Override
    public Rules rules(Foothold foothold, int mark) {
      return new IptablesRules(
          net.docker().sandbox.program("iptables"),
          net.docker().sandbox.program("iptables-restore"),
          "the test says so");
    }
  }

  @Test
  void takesTcpByIptablesAndLeavesUdpToDocker() throws Exception {
    String before = net.docker().rules();
    try (Socket old = net.connect(WEB);
        DatagramSocket udp = net.datagrams()) {
      assertThat(old.getInputStream().read()).isEqualTo(TakeoverFixture.DOCKERS);
      TakeoverAgent agent = agentWithoutNft();

      assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.AGENTS);
      assertThat(net.asked(udp, WEB)).isEqualTo("docker?");
      try (Socket own = net.connect(WEB)) {
        assertThat(own.getInputStream().read()).isEqualTo(TakeoverFixture.AGENTS);
        assertThat(net.docker().sandbox.run("ss -Htn state established sport = :" + WEB))
            .contains("%s:%d".formatted(DockerMesh.CLIENT_ADDRESS, own.getLocalPort()));
        agent.keeper.release(true);
        assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.DOCKERS);
        Clients.assertExact(own, 1 << 20);
      }
      agent.keeper.release(false);
      assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.AGENTS);
      Clients.assertExact(old, 1 << 20);

      agent.close();
      assertThat(net.docker().rules()).isEqualTo(before);
      assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.DOCKERS);
    }
  }

  @Test
  void leavesNewClientsToDockerByIptablesWhenItIsKilled() throws Exception {
    String before = net.docker().rules();
    TakeoverAgent agent = agentWithoutNft();
    assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.AGENTS);
    assertThatThrownBy(() -> Leftovers.remove(net.docker().path()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("an agent takes ports over in " + net.docker().path());

    agent.kill();
    assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.DOCKERS);

    TakeoverAgent next = agentWithoutNft();
    assertThat(net.asked(WEB)).isEqualTo(TakeoverFixture.AGENTS);
    next.kill();
    assertThat(Leftovers.remove(net.docker().path())).isTrue();
    assertThat(net.docker().rules()).isEqualTo(before);
  }

  private TakeoverAgent agentWithoutNft() throws IOException {
    return net.agent(new WithoutNft()).beginTcp(WEB);
  }
}
