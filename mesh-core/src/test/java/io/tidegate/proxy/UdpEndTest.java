package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.CloseCause;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How sessions end, and ports under them. */
@Timeout(60)
class UdpEndTest {

  @RegisterExtension final UdpFixture udp = new UdpFixture();

  @Test
  void endsASessionThatIsIdle() throws IOException {
    UdpTask task = udp.keep(UdpTask.echo());
    ProxyFixture proxy = udp.proxy(new UdpConfig(Duration.ofMillis(200), 1_000, 100_000));
    int port = proxy.serveUdp(0, task.address());
    UdpProbe probe = udp.probe(port);
    probe.ask("hello");

    Await.until(() -> proxy.stats(port).active() == 0);
    assertThat(proxy.stats(port).closes()).containsEntry(CloseCause.IDLE, 1L);
    probe.ask("again");
    assertThat(task.senders()).isEqualTo(2);
  }

  @Test
  void endsASessionAfterSoManyAnswersToEachDatagram() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(2, udp.keep(UdpTask.answering(2)).address());
    UdpProbe probe = udp.probe(port);
    probe.ask("hello");
    probe.receive(5_000);

    Await.until(() -> proxy.stats(port).active() == 0);
    assertThat(proxy.stats(port).closes()).containsEntry(CloseCause.FINISHED, 1L);
  }

  @Test
  void letsAnswersUnderWayPassWhenThePortGoes() throws IOException {
    ProxyFixture proxy = udp.proxy();
    try (DatagramSocket task =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      int port = proxy.serveUdp(0, (InetSocketAddress) task.getLocalSocketAddress());
      UdpProbe probe = udp.probe(port);
      probe.send("hello".getBytes(UTF_8));
      DatagramPacket asked = new DatagramPacket(new byte[100], 100);
      task.receive(asked);
      proxy.withdraw(port);
      Await.until(() -> proxy.shards.listeners().isEmpty());
      task.send(new DatagramPacket(new byte[] {7}, 1, asked.getSocketAddress()));

      DatagramPacket answer = probe.receive(5_000);
      assertThat(answer.getSocketAddress())
          .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
      Await.until(() -> proxy.stats(port).active() == 0);
    }
  }

  @Test
  void leavesClientsToTheNextListenerAtOnceWhenThePortComesBack() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, udp.task("a").address());
    udp.probe(port).ask("hello");
    proxy.withdraw(port);
    proxy.publishUdp(port, 0, udp.task("b").address());
    UdpFixture.awaitTable(proxy);

    for (int i = 0; i < 20; i++) {
      assertThat(udp.probe(port).ask("hello")).isEqualTo("b hello");
    }
  }

  @Test
  void drainsOnceAnswersHadTheirTime() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, udp.keep(UdpTask.echo()).address());
    udp.probe(port).ask("hello");

    assertThat(proxy.shards.drain(UdpClients.LINGER.dividedBy(4))).isFalse();
    assertThat(proxy.shards.drain(UdpClients.LINGER.multipliedBy(4))).isTrue();
    assertThat(proxy.stats(port).active()).isZero();
  }
}
