package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.DatagramResult;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is dropped, and that nobody else suffers by it. */
@Timeout(60)
class UdpLimitsTest {

  @RegisterExtension final UdpFixture udp = new UdpFixture();

  @Test
  void getsOverADatagramThatIsTooLongForTheWayOn() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, udp.keep(UdpTask.echo()).address());
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("::1"))) {
      socket.setSoTimeout(5_000);
      InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("::1"), port);
      // IPv6 carries 20 bytes more than IPv4.
      socket.send(new DatagramPacket(new byte[65_520], 65_520, address));
      Await.until(() -> UdpFixture.in(proxy, port, DatagramResult.TOO_LONG) == 1);
      long beforeNanos = shardCpuNanos();
      assertThat(udp.probe(port).hearsNothing()).isTrue();
      assertThat(shardCpuNanos() - beforeNanos).isLessThan(100_000_000);

      socket.send(new DatagramPacket(new byte[] {1}, 1, address));
      DatagramPacket answer = new DatagramPacket(new byte[10], 10);
      socket.receive(answer);
      assertThat(answer.getLength()).isEqualTo(1);
    }
  }

  private static long shardCpuNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().startsWith("shard"))
        .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
        .sum();
  }

  @Test
  void countsWhatNobodyTakes() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int none = proxy.serveUdp(0);
    UdpProbe probe = udp.probe(none);
    probe.send(new byte[1]);
    Await.until(() -> UdpFixture.in(proxy, none, DatagramResult.NO_ENDPOINT) == 1);

    int dead = proxy.serveUdp(0, UdpFixture.deadAddress());
    udp.probe(dead).send(new byte[1]);
    Await.until(() -> proxy.stats(dead).closes().getOrDefault(CloseCause.TASK_RESET, 0L) == 1);
    assertThat(proxy.stats(dead).active()).isZero();
  }

  @Test
  void refusesSessionsAboveTheBoundAndRecovers() throws IOException {
    ProxyFixture proxy = udp.proxy(new UdpConfig(Duration.ofMillis(500), 3, 100_000));
    int port = proxy.serveUdp(0, udp.keep(UdpTask.echo()).address());
    for (int i = 0; i < 3; i++) {
      udp.probe(port).ask("hello");
    }
    UdpProbe tooMuch = udp.probe(port);
    tooMuch.send(new byte[1]);
    Await.until(() -> UdpFixture.in(proxy, port, DatagramResult.NO_SESSION) == 1);
    assertThat(tooMuch.hearsNothing()).isTrue();

    Await.until(() -> proxy.stats(port).active() == 0);
    assertThat(tooMuch.ask("hello")).isEqualTo("hello");
  }

  @Test
  void boundsHowFastSessionsBegin() throws IOException {
    ProxyFixture proxy = udp.proxy(new UdpConfig(Duration.ofSeconds(60), 1_000, 50));
    int port = proxy.serveUdp(0, udp.keep(UdpTask.echo()).address());
    UdpProbe known = udp.probe(port);
    known.ask("hello");
    for (int i = 0; i < 100; i++) {
      udp.probe(port).send(new byte[1]);
    }

    assertThat(known.ask("still there")).isEqualTo("still there");
    assertThat(UdpFixture.in(proxy, port, DatagramResult.NO_SESSION)).isPositive();
  }

  @Test
  void answersAClientWhileAnotherFloods() throws Exception {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, udp.keep(UdpTask.echo()).address(), udp.task("b").address());
    UdpProbe flooding = udp.probe(port);
    Thread flood = Thread.ofPlatform().daemon().start(() -> flood(flooding));
    UdpProbe probe = udp.probe(port);
    int asked = 0;
    int answered = 0;
    while (asked < 100 || UdpFixture.in(proxy, port, DatagramResult.PASSED) < 20_000) {
      probe.send(new byte[] {1});
      asked++;
      answered += probe.hearsNothing() ? 0 : 1;
    }
    flooding.close();
    flood.join();

    assertThat(answered).as("of %d", asked).isGreaterThan(asked / 2);
  }

  private static void flood(UdpProbe probe) {
    byte[] bytes = new byte[512];
    try {
      while (true) {
        probe.send(bytes);
      }
    } catch (IOException e) {
      // Closed: enough.
    }
  }
}
