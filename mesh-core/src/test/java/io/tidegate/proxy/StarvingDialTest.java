package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.epoll.LinuxSocket;
import io.tidegate.kernel.CallException;
import io.tidegate.metrics.ShardCounter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client for whose task there is no descriptor waits for one. */
@Timeout(60)
class StarvingDialTest {

  private static final int EMFILE = 24;
  private static final int FOR_EVER = Integer.MAX_VALUE;

  @Test
  void waitsForADescriptorAndBlamesNoEndpoint() throws Exception {
    Starved sockets = new Starved(3);
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture(config(), sockets)) {
      int port = proxy.serveFrom("/run/netns/x", task.address());
      try (Socket client = proxy.connect(port)) {
        client.getOutputStream().write(42);
        assertThat(client.getInputStream().read()).isEqualTo(42);
        assertThat(sockets.refusals.get()).isNegative();
        var stats = proxy.stats(port);
        assertThat(stats.connectRetries()).isZero();
        assertThat(stats.endpoints().values())
            .singleElement()
            .satisfies(endpoint -> assertThat(endpoint.connectFailures()).isZero());
      }
      assertThat(proxy.shards.drain(Duration.ofSeconds(5))).isTrue();
    }
  }

  @Test
  void leavesFurtherClientsInTheQueueMeanwhile() throws Exception {
    Starved sockets = new Starved(FOR_EVER);
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture(config(), sockets)) {
      int port = proxy.serveFrom("/run/netns/x", task.address());
      try (Socket first = proxy.connect(port);
          Socket second = proxy.connect(port);
          Socket third = proxy.connect(port)) {
        Await.until(
            () -> proxy.shards.stats().shards().getOrDefault(ShardCounter.ACCEPT_PAUSES, 0L) > 0);
        sockets.refusals.set(0);
        for (Socket client : new Socket[] {first, second, third}) {
          client.getOutputStream().write(42);
          assertThat(client.getInputStream().read()).isEqualTo(42);
        }
      }
    }
  }

  @Test
  void resetsTheClientThatStillWaitsWhenTheProxyStops() throws Exception {
    Starved sockets = new Starved(FOR_EVER);
    try (var task = TestTask.echo();
        Socket client = new Socket()) {
      try (var proxy = new ProxyFixture(config(), sockets)) {
        int port = proxy.serveFrom("/run/netns/x", task.address());
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        Await.until(() -> sockets.refusals.get() < FOR_EVER);
        assertThat(proxy.shards.drain(Duration.ofMillis(200))).isFalse();
      }
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  private static ProxyConfig config() {
    return ProxyFixture.config(Duration.ofSeconds(4), Duration.ofHours(1));
  }

  /** Out of descriptors the first few times. */
  private static final class Starved implements UpstreamSockets {

    final AtomicInteger refusals;

    Starved(int refusals) {
      this.refusals = new AtomicInteger(refusals);
    }

    @Override
    public int openStream(String namespace, boolean ipv6) throws IOException {
      if (refusals.getAndDecrement() > 0) {
        throw new CallException(namespace + ": socket: Too many open files", EMFILE);
      }
      return LinuxSocket.newSocketStream(ipv6).intValue();
    }

    @Override
    public int openDatagram(String namespace, boolean ipv6) throws IOException {
      throw new IOException(namespace + ": no datagrams in this test");
    }

    @Override
    public boolean holds(String namespace, InetAddress address) throws IOException {
      throw new IOException(namespace + ": not asked in this test");
    }
  }
}
