package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.DatagramResult;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class UdpSessionTest {

  @RegisterExtension final UdpFixture udp = new UdpFixture();

  @Test
  void answersThroughTheTask() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, udp.task("a").address());

    assertThat(udp.probe(port).ask("hello")).isEqualTo("a hello");
    assertThat(proxy.stats(port).active()).isEqualTo(1);
    assertThat(proxy.stats(port).bytesIn()).isEqualTo(5);
    Await.until(() -> proxy.stats(port).bytesOut() == 7);
  }

  @Test
  void keepsOneSessionPerClient() throws IOException {
    UdpTask task = udp.keep(UdpTask.echo());
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, task.address());
    List<UdpProbe> probes = List.of(udp.probe(port), udp.probe(port), udp.probe(port));

    for (int i = 0; i < 20; i++) {
      for (UdpProbe probe : probes) {
        String text = i + " from " + probe.socket.getLocalPort();
        assertThat(probe.ask(text)).isEqualTo(text);
      }
    }
    assertThat(task.senders()).isEqualTo(3);
    assertThat(proxy.stats(port).active()).isEqualTo(3);
  }

  @Test
  void answersManyClientsOfManyPortsAtOnce() throws IOException {
    ProxyFixture proxy = udp.proxy();
    List<Integer> ports = List.of(serveEcho(proxy), serveEcho(proxy), serveEcho(proxy));
    List<UdpProbe> probes = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      probes.add(udp.probe(ports.get(i % ports.size())));
    }
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < probes.size(); i++) {
        probes.get(i).send(("x".repeat(round) + i).getBytes(UTF_8));
      }
      for (int i = 0; i < probes.size(); i++) {
        DatagramPacket answer = probes.get(i).receive(5_000);
        assertThat(answer.getPort()).isEqualTo(ports.get(i % ports.size()));
        assertThat(new String(answer.getData(), 0, answer.getLength(), UTF_8))
            .isEqualTo("x".repeat(round) + i);
      }
    }
    for (int port : ports) {
      Await.until(() -> out(proxy, port) == 500);
    }
  }

  private int serveEcho(ProxyFixture proxy) throws IOException {
    return proxy.serveUdp(0, udp.keep(UdpTask.echo()).address());
  }

  private static long out(ProxyFixture proxy, int port) {
    return proxy.stats(port).datagrams().out().getOrDefault(DatagramResult.PASSED, 0L);
  }

  @Test
  void answersFromTheAddressThatTheClientWroteTo() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, udp.task("a").address());

    for (String host : List.of("127.0.0.1", "127.0.0.2")) {
      UdpProbe probe = udp.keep(new UdpProbe(host, port));
      probe.send("hello".getBytes(UTF_8));
      assertThat(probe.receive(5_000).getSocketAddress())
          .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral(host), port));
    }
  }

  @Test
  void servesOneFamilyAlone() throws IOException {
    ProxyFixture proxy = udp.keep(new ProxyFixture());
    int port = proxy.serveUdp(0, udp.task("a").address());

    UdpProbe probe = udp.probe(port);
    probe.send("hello".getBytes(UTF_8));
    assertThat(probe.receive(5_000).getSocketAddress())
        .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
  }

  @Test
  void servesClientsThatSpeakIpv6() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, udp.task("a").address());

    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("::1"))) {
      socket.setSoTimeout(5_000);
      InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("::1"), port);
      socket.send(new DatagramPacket(new byte[] {'x'}, 1, address));
      DatagramPacket answer = new DatagramPacket(new byte[100], 100);
      socket.receive(answer);
      assertThat(answer.getSocketAddress()).isEqualTo(address);
      assertThat(new String(answer.getData(), 0, answer.getLength(), UTF_8)).isEqualTo("a x");
    }
  }

  @Test
  void passesTheLargestAndTheEmptyDatagramAndAllBetween() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, udp.keep(UdpTask.echo()).address());
    UdpProbe probe = udp.probe(port);
    Random random = new Random(1);

    for (int length : new int[] {65_507, 0, 1, 1_472, 9_000, 0, 65_507, 40_000}) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      assertThat(probe.ask(bytes)).isEqualTo(bytes);
    }
  }

  @Test
  void keepsTheOrderWithinASession() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, udp.keep(UdpTask.echo()).address());
    UdpProbe one = udp.probe(port);
    UdpProbe other = udp.probe(port);
    for (int i = 0; i < 100; i++) {
      one.send(new byte[] {(byte) i});
      other.send(new byte[] {(byte) i, 0});
    }
    for (int i = 0; i < 100; i++) {
      assertThat(one.receive(5_000).getData()[0]).isEqualTo((byte) i);
      assertThat(other.receive(5_000).getData()[0]).isEqualTo((byte) i);
    }
  }
}
