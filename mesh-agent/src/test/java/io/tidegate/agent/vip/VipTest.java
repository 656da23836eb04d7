package io.tidegate.agent.vip;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.ConnectionResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Virtual addresses with real rules and sockets, in what stands in for an overlay network. */
@Timeout(120)
class VipTest {

  @RegisterExtension final VipFixture net = new VipFixture();

  @Test
  void servesAllPortsOfAnAddressFromAllTasks() throws Exception {
    net.begun();

    Map<String, Integer> answers = new HashMap<>();
    for (int i = 0; i < 20; i++) {
      for (int port : VipFixture.PORTS) {
        answers.merge(net.asked(net.client(), port, 10_000), 1, Integer::sum);
      }
      try (DatagramSocket datagrams = net.datagrams()) {
        String first = net.asked(datagrams, VipFixture.DNS);
        answers.merge(first.substring(0, 1), 1, Integer::sum);
        assertThat(net.asked(datagrams, VipFixture.DNS)).isEqualTo(first);
      }
    }
    assertThat(answers).containsOnlyKeys("a", "b");
    assertThat(answers.values()).allMatch(count -> count >= 20);
    assertThat(net.asked(net.client(), 80, 4 << 20)).isIn("a", "b");
    assertThat(net.client().run("ip neigh show " + Overlay.VIP.getHostAddress()))
        .as("answered by the sandbox")
        .contains("lladdr " + net.overlay().linkAddress());
  }

  @Test
  void refusesPortsAtOnceOnWhichNoTaskListens() throws Exception {
    VipAgent agent = net.begun();

    long startNanos = System.nanoTime();
    for (int i = 0; i < 1_000; i++) {
      try (Socket socket = net.connect(7)) {
        assertThatThrownBy(() -> socket.getInputStream().read())
            .isInstanceOf(SocketException.class);
      } catch (SocketException e) {
        // before it had connected
      }
    }
    assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(60));
    assertThat(agent.shards.stats().routes().values())
        .singleElement()
        .satisfies(
            route -> {
              assertThat(route.connections()).containsEntry(ConnectionResult.REFUSED, 1_000L);
              assertThat(route.parking().parked()).isZero();
            });
    assertThat(net.asked(80)).isIn("a", "b");
  }

  @Test
  void tellsClientsOfUdpThatNoTaskListens() throws Exception {
    net.begun();

    for (int i = 0; i < 5; i++) {
      try (DatagramSocket datagrams = net.datagrams()) {
        datagrams.connect(new InetSocketAddress(Overlay.VIP, 7));
        datagrams.setSoTimeout(2_000);
        datagrams.send(new DatagramPacket("?".getBytes(UTF_8), 1));
        assertThatThrownBy(() -> datagrams.receive(new DatagramPacket(new byte[9], 9)))
            .isInstanceOf(PortUnreachableException.class);
      }
    }
    try (DatagramSocket datagrams = net.datagrams()) {
      assertThat(net.asked(datagrams, VipFixture.DNS)).isIn("a?", "b?");
    }
  }

  @Test
  void letsATaskTalkToItselfByTheAddress() throws Exception {
    VipAgent agent = net.begun();
    agent.publish(Overlay.VIP, VipFixture.A);

    assertThat(net.asked(net.taskA(), 80, 100_000)).isEqualTo("a");
    try (DatagramSocket datagrams = net.datagrams(net.taskA())) {
      assertThat(net.asked(datagrams, VipFixture.DNS)).isEqualTo("a?");
      assertThat(net.asked(datagrams, VipFixture.DNS)).isEqualTo("a?");
    }
  }

  @Test
  void servesTwoHundredAddressesThroughOneSocketPerShard() throws Exception {
    List<InetAddress> vips = new ArrayList<>();
    for (int i = 1; i <= 199; i++) {
      vips.add(InetAddress.ofLiteral("10.30.1." + i));
    }
    net.client().run("ip route add 10.30.1.0/24 dev eth0");
    VipAgent agent = net.started();
    agent.publishAll(vips, VipFixture.A);
    VipFixture.awaitAddresses(agent, 199);

    for (InetAddress vip : vips) {
      try (Socket socket = net.connect(vip, 80)) {
        assertThat(socket.getInputStream().read()).isEqualTo('a');
      }
    }
    assertThat(net.overlay().sandbox.run("ss -Hltn").lines()).hasSize(VipAgent.SHARDS);
    assertThat(net.overlay().sandbox.run("ss -Hlun").lines()).hasSize(VipAgent.SHARDS);
    assertThat(agent.keeper.status().networks())
        .singleElement()
        .satisfies(network -> assertThat(network.added()).isEqualTo(199));
    List<String> texts = vips.stream().map(InetAddress::getHostAddress).toList();
    List<Long> tookMillis = IntStream.range(0, 10).mapToObj(_ -> millisToFill(texts)).toList();
    assertThat(tookMillis).as("milliseconds").anyMatch(took -> took < 50);
    Set<Inet4Address> all = vips.stream().map(Inet4Address.class::cast).collect(toSet());
    List<Long> tookMicros = IntStream.range(0, 50).mapToObj(_ -> microsToLook(all)).toList();
    assertThat(tookMicros).as("microseconds").anyMatch(took -> took < 1_000);
  }

  private long microsToLook(Set<Inet4Address> addresses) {
    try {
      long startNanos = System.nanoTime();
      assertThat(VipSandbox.at(net.overlay().path()).holds(addresses)).isTrue();
      return (System.nanoTime() - startNanos) / 1_000;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long millisToFill(List<String> addresses) {
    try {
      long startNanos = System.nanoTime();
      VipSandbox.at(net.overlay().path()).table().fill(VipRules.ADDRESSES, addresses);
      return (System.nanoTime() - startNanos) / 1_000_000;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
