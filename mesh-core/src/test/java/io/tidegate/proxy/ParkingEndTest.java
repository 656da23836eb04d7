package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.epoll.LinuxSocket;
import io.tidegate.kernel.CallException;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.ParkingEnd;
import io.tidegate.routing.Parking;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the waiting of a parked client ends where no task takes it, and who is not parked at all. */
@Timeout(60)
class ParkingEndTest {

  private static final Duration SHORT = Duration.ofMillis(400);

  @Test
  void endsAtOnceWhenTheClientResets() throws Exception {
    try (var proxy = new ProxyFixture()) {
      int port = proxy.serve();
      Socket client = proxy.connect(port);
      client.getOutputStream().write(42);
      ParkingTest.awaitParked(proxy, port, 1);
      client.setSoLinger(true, 0);
      client.close();
      awaitEnd(proxy, port, ParkingEnd.LEFT);
      assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.CLIENT_GONE, 1L);
    }
  }

  @Test
  void endsAtOnceWhenTheClientClosesWithoutAWord() throws Exception {
    try (var proxy = new ProxyFixture()) {
      int port = proxy.serve();
      Socket client = proxy.connect(port);
      ParkingTest.awaitParked(proxy, port, 1);
      client.close();
      awaitEnd(proxy, port, ParkingEnd.LEFT);
      assertThat(proxy.shards.drain(Duration.ofSeconds(2))).isTrue();
    }
  }

  @Test
  void endsWithAResetWhenItsTimeIsUp() throws Exception {
    try (var proxy = new ProxyFixture()) {
      Parking brief = Parking.DEFAULT.withTimeout(SHORT);
      int port = proxy.serve(Protocol.TCP, Policy.DEFAULT.withParking(brief));
      long beforeNanos = System.nanoTime();
      try (Socket client = proxy.connect(port)) {
        client.getOutputStream().write(42);
        assertReset(client);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - beforeNanos))
          .isBetween(SHORT, Duration.ofSeconds(3));
      awaitEnd(proxy, port, ParkingEnd.TIMED_OUT);
      assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.NO_ENDPOINT, 1L);
    }
  }

  @Test
  void isRefusedToMoreClientsThanThePolicyAllowsOnAllShards() throws Exception {
    try (var proxy = new ProxyFixture()) {
      Parking few = Parking.DEFAULT.withClients(3);
      int port = proxy.serve(Protocol.TCP, Policy.DEFAULT.withParking(few));
      Socket first = proxy.connect(port);
      try (Socket second = proxy.connect(port);
          Socket third = proxy.connect(port)) {
        ParkingTest.awaitParked(proxy, port, 3);
        for (int i = 0; i < 10; i++) {
          assertThatThrownBy(() -> connectAndRead(proxy, port)).isInstanceOf(SocketException.class);
        }
        assertThat(proxy.stats(port).parking().overflows()).isEqualTo(10);
        first.close();
        awaitEnd(proxy, port, ParkingEnd.LEFT);
        try (Socket next = proxy.connect(port)) {
          ParkingTest.awaitParked(proxy, port, 3);
          assertWaits(second, third, next);
        }
      }
    }
  }

  @Test
  void isRefusedWhereThePolicyAllowsNone() throws Exception {
    try (var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, Policy.DEFAULT.withParking(Parking.OFF));
      assertThatThrownBy(() -> connectAndRead(proxy, port)).isInstanceOf(SocketException.class);
      assertThat(proxy.stats(port).parking().parked()).isZero();
      assertThat(proxy.stats(port).parking().overflows()).isZero();
    }
  }

  @Test
  void leavesHalfOfTheRelaysThatThereMayBeToClientsOfOtherRoutes() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture(ProxyFixture.configWithRelays(2 * ProxyFixture.SHARDS))) {
      int port = proxy.serve();
      int other = proxy.serve(task.address());
      List<Socket> clients = new ArrayList<>();
      while (proxy.stats(port).parking().overflows() < 20) {
        clients.add(tryToConnect(proxy, port));
      }
      assertThat(proxy.stats(port).parking().active()).isLessThanOrEqualTo(ProxyFixture.SHARDS);
      try (Socket client = proxy.connect(other)) {
        client.getOutputStream().write(42);
        assertThat(client.getInputStream().read()).isEqualTo(42);
      }
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  @Test
  void endsWithAResetWhenTheRouteGoes() throws Exception {
    try (var proxy = new ProxyFixture()) {
      int port = proxy.serve();
      try (Socket client = proxy.connect(port)) {
        client.getOutputStream().write(42);
        ParkingTest.awaitParked(proxy, port, 1);
        proxy.withdraw(port);
        assertReset(client);
      }
      awaitEnd(proxy, port, ParkingEnd.DROPPED);
    }
  }

  @Test
  void lastsWhileTheAgentDrainsAndEndsWithTheTaskThatAppears() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve();
      try (Socket client = proxy.connect(port)) {
        client.getOutputStream().write(42);
        ParkingTest.awaitParked(proxy, port, 1);
        assertThat(proxy.shards.drain(Duration.ofMillis(200))).isFalse();
        assertThatThrownBy(() -> proxy.connect(port)).isInstanceOf(SocketException.class);
        proxy.publish(port, task.address());
        assertThat(client.getInputStream().read()).isEqualTo(42);
      }
      assertThat(proxy.shards.drain(Duration.ofSeconds(5))).isTrue();
    }
  }

  @Test
  void endsWithItsTimeWhileTheAgentDrains() throws Exception {
    try (var proxy = new ProxyFixture()) {
      Parking brief = Parking.DEFAULT.withTimeout(Duration.ofSeconds(1));
      int port = proxy.serve(Protocol.TCP, Policy.DEFAULT.withParking(brief));
      try (Socket client = proxy.connect(port)) {
        ParkingTest.awaitParked(proxy, port, 1);
        assertThat(proxy.shards.drain(Duration.ofSeconds(5))).isTrue();
        assertReset(client);
      }
    }
  }

  @Test
  void endsWithAResetWhenTheProxyStops() throws Exception {
    try (Socket client = new Socket()) {
      try (var proxy = new ProxyFixture()) {
        int port = proxy.serve();
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        client.getOutputStream().write(42);
        ParkingTest.awaitParked(proxy, port, 1);
      }
      assertReset(client);
    }
  }

  @Test
  void isFollowedByWaitingForADescriptorWhereThereIsNone() throws Exception {
    AtomicInteger refusals = new AtomicInteger(3);
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture(ProxyFixture.configOfOneShard(), starved(refusals))) {
      int port = proxy.serve();
      try (Socket client = proxy.connect(port);
          Socket other = proxy.connect(port)) {
        client.getOutputStream().write(42);
        other.getOutputStream().write(43);
        ParkingTest.awaitParked(proxy, port, 2);
        proxy.serveFrom("/run/netns/x", port, task.address());
        assertThat(client.getInputStream().read()).isEqualTo(42);
        assertThat(other.getInputStream().read()).isEqualTo(43);
        assertThat(refusals.get()).isNegative();
      }
      assertThat(proxy.shards.drain(Duration.ofSeconds(5))).isTrue();
    }
  }

  /** Out of descriptors the first few times. */
  private static UpstreamSockets starved(AtomicInteger refusals) {
    return new UpstreamSockets() {
      @Override
      public int openStream(String namespace, boolean ipv6) throws IOException {
        if (refusals.getAndDecrement() > 0) {
          throw new CallException(namespace + ": socket: Too many open files", 24);
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
    };
  }

  /** On loopback the reset may arrive before connect has returned. */
  private static Socket tryToConnect(ProxyFixture proxy, int port) throws IOException {
    try {
      return proxy.connect(port);
    } catch (SocketException e) {
      return new Socket();
    }
  }

  private static int connectAndRead(ProxyFixture proxy, int port) throws IOException {
    try (Socket client = proxy.connect(port)) {
      return client.getInputStream().read();
    }
  }

  private static void assertWaits(Socket... clients) throws IOException {
    for (Socket client : clients) {
      client.setSoTimeout(50);
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  private static void assertReset(Socket client) {
    assertThatThrownBy(() -> client.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  private static void awaitEnd(ProxyFixture proxy, int port, ParkingEnd end) {
    Await.until(() -> proxy.stats(port).parking().ends().getOrDefault(end, 0L) == 1);
  }
}
