package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.RouteStats;
import io.tidegate.metrics.ShardCounter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a client has said before it is accepted. The data path takes one connection at a time, so
 * that a second client waits with its bytes in the kernel until the first one has gone.
 */
@Timeout(60)
class FirstBytesTest {

  private static final ProxyConfig ONE_AT_A_TIME =
      ProxyFixture.configOfOneRelay(Duration.ofMillis(800));

  @Test
  void reachOneTaskWholeAndInOrderWhenOthersFail() throws Exception {
    byte[] said = new byte[100_000];
    new Random(7).nextBytes(said);
    try (var silent = new SilentPort();
        var task = TestTask.echo();
        var proxy = new ProxyFixture(ONE_AT_A_TIME)) {
      int port = proxy.serve(refusing(), silent.address(), task.address());
      for (int i = 0; i < 5; i++) {
        try (Socket waiting = connectBehindAnother(proxy, port, said)) {
          waiting.shutdownOutput();
          assertThat(waiting.getInputStream().readAllBytes()).isEqualTo(said);
        }
      }
      RouteStats stats = proxy.stats(port);
      assertThat(stats.connectRetries()).isPositive();
      assertThat(stats.connections()).containsEntry(ConnectionResult.OK, 10L);
      assertThat(stats.bytesIn()).isEqualTo(5 * (said.length + 1L));
    }
  }

  @Test
  void areDroppedWithTheClientWhenNobodyTakesThem() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture(ONE_AT_A_TIME)) {
      int port = proxy.serve(task.address());
      Socket first = connectAndEcho(proxy, port);
      try (Socket waiting = proxy.connect(port)) {
        waiting.getOutputStream().write(new byte[1_000]);
        proxy.publish(port, refusing());
        first.close();
        assertThatThrownBy(() -> waiting.getInputStream().read())
            .isInstanceOf(SocketException.class);
      }
      assertThat(outcomes(proxy, port)).containsEntry(ConnectionResult.REFUSED, 1L);
    }
  }

  @Test
  void areNoneWhenTheClientHasResetAndNoTaskIsAskedFor() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture(ONE_AT_A_TIME)) {
      int port = proxy.serve(task.address());
      Socket first = connectAndEcho(proxy, port);
      Socket waiting = proxy.connect(port);
      waiting.setSoLinger(true, 0);
      waiting.close();
      first.close();
      Await.until(
          () -> Long.valueOf(1).equals(outcomes(proxy, port).get(ConnectionResult.CLIENT_GONE)));
      assertThat(task.connections()).isEqualTo(1);
      // And its place is free again.
      connectAndEcho(proxy, port).close();
    }
  }

  /** A client that is accepted when its bytes are there already. */
  private static Socket connectBehindAnother(ProxyFixture proxy, int port, byte[] said)
      throws Exception {
    Socket first = connectAndEcho(proxy, port);
    Socket waiting = proxy.connect(port);
    Thread writer = Thread.ofVirtual().start(() -> write(waiting, said));
    long before = fullPauses(proxy);
    Await.until(() -> fullPauses(proxy) > before);
    first.close();
    writer.join();
    return waiting;
  }

  private static long fullPauses(ProxyFixture proxy) {
    return proxy.shards.stats().shards().getOrDefault(ShardCounter.FULL_PAUSES, 0L);
  }

  private static void write(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Socket connectAndEcho(ProxyFixture proxy, int port) throws IOException {
    Socket client = proxy.connect(port);
    client.getOutputStream().write(42);
    assertThat(client.getInputStream().read()).isEqualTo(42);
    return client;
  }

  private static Map<ConnectionResult, Long> outcomes(ProxyFixture proxy, int port) {
    return proxy.stats(port).connections();
  }

  private static InetSocketAddress refusing() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), ProxyFixture.freePort());
  }
}
