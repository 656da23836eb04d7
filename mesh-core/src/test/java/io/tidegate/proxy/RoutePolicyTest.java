package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.routing.Parking;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Timeouts;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Timeouts and limits that a route has of its own, while the agent's are long and high. */
@Timeout(60)
class RoutePolicyTest {

  private static final Duration SHORT = Duration.ofMillis(400);

  @RegisterExtension final UdpFixture udp = new UdpFixture();

  @Test
  void resetsAnIdleRelayAfterTheRoutesOwnTimeout() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int hasty =
          proxy.serve(Protocol.TCP, timeouts(Timeouts.NONE.withIdle(SHORT)), task.address());
      int patient = proxy.serve(task.address());
      try (Socket client = proxy.connect(hasty);
          Socket other = proxy.connect(patient)) {
        assertAnswers(client);
        assertAnswers(other);
        assertThatThrownBy(() -> client.getInputStream().read())
            .isInstanceOf(SocketException.class);
        assertThat(proxy.stats(hasty).closes()).containsEntry(CloseCause.IDLE, 1L);
        assertAnswers(other);
      }
    }
  }

  @Test
  void givesUpASilentTaskAfterTheRoutesOwnTimeout() throws Exception {
    try (var silent = new SilentPort();
        var proxy = new ProxyFixture()) {
      Policy policy = timeouts(Timeouts.NONE.withConnect(SHORT)).withParking(Parking.OFF);
      int port = proxy.serve(Protocol.TCP, policy, silent.address());
      long beforeNanos = System.nanoTime();
      try (Socket client = proxy.connect(port)) {
        assertThatThrownBy(() -> client.getInputStream().read())
            .isInstanceOf(SocketException.class);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - beforeNanos))
          .isBetween(SHORT, Duration.ofSeconds(3));
      assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.TIMEOUT, 1L);
    }
  }

  @Test
  void takesExactlySoManyClientsOverAllShards() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, Policy.DEFAULT.withConnections(5), task.address());
      List<Socket> clients = clients(proxy, port, 5);
      for (int i = 0; i < 20; i++) {
        assertRefused(proxy, port);
      }
      assertThat(proxy.stats(port).connections())
          .containsEntry(ConnectionResult.OK, 5L)
          .containsEntry(ConnectionResult.LIMIT, 20L);

      clients.removeFirst().close();
      Await.until(() -> proxy.stats(port).active() == 4);
      clients.addAll(clients(proxy, port, 1));
      assertRefused(proxy, port);
      closeAll(clients);
    }
  }

  @Test
  void countsTheSameClientsWhenTheLimitChanges() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, Policy.DEFAULT.withConnections(2), task.address());
      List<Socket> clients = clients(proxy, port, 2);
      proxy.publish(PublishedPort.tcp(port), Policy.DEFAULT.withConnections(3), task.address());
      proxy.serve();
      clients.addAll(clients(proxy, port, 1));
      assertRefused(proxy, port);
      closeAll(clients);
    }
  }

  @Test
  void letsClientsInAgainThatFoundNoTask() throws Exception {
    try (var proxy = new ProxyFixture()) {
      int port =
          proxy.serve(Protocol.TCP, Policy.DEFAULT.withConnections(1).withParking(Parking.OFF));
      for (int i = 0; i < 10; i++) {
        assertRefused(proxy, port);
      }
      assertThat(proxy.stats(port).connections())
          .containsEntry(ConnectionResult.NO_ENDPOINT, 10L)
          .containsEntry(ConnectionResult.LIMIT, 0L);
    }
  }

  @Test
  void endsASilentUdpSessionAfterTheRoutesOwnTimeout() throws IOException {
    ProxyFixture proxy = udp.proxy();
    Policy policy = timeouts(Timeouts.NONE.withUdpIdle(SHORT));
    int port = proxy.serve(Protocol.UDP, policy, udp.task("a").address());
    udp.probe(port).ask("hello");
    Await.until(() -> proxy.stats(port).closes().getOrDefault(CloseCause.IDLE, 0L) == 1);
  }

  @Test
  void dropsDatagramsOfUdpClientsAboveTheLimit() throws IOException {
    ProxyFixture proxy = udp.proxy();
    Policy policy = timeouts(Timeouts.NONE.withUdpIdle(Duration.ofSeconds(1))).withConnections(2);
    int port = proxy.serve(Protocol.UDP, policy, udp.keep(UdpTask.echo()).address());
    udp.probe(port).ask("hello");
    udp.probe(port).ask("hello");
    UdpProbe tooMuch = udp.probe(port);
    tooMuch.send(new byte[1]);
    Await.until(() -> UdpFixture.in(proxy, port, DatagramResult.NO_SESSION) == 1);
    assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.LIMIT, 1L);
    assertThat(tooMuch.hearsNothing()).isTrue();

    Await.until(() -> proxy.stats(port).active() == 0);
    assertThat(tooMuch.ask("hello")).isEqualTo("hello");
  }

  private static Policy timeouts(Timeouts timeouts) {
    return Policy.DEFAULT.withTimeouts(timeouts);
  }

  private static List<Socket> clients(ProxyFixture proxy, int port, int count) throws IOException {
    List<Socket> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Socket client = proxy.connect(port);
      assertAnswers(client);
      clients.add(client);
    }
    return clients;
  }

  private static void closeAll(List<Socket> clients) throws IOException {
    for (Socket client : clients) {
      client.close();
    }
  }

  private static void assertAnswers(Socket client) throws IOException {
    client.getOutputStream().write(7);
    assertThat(client.getInputStream().read()).isEqualTo(7);
  }

  /** The reset may come before the handshake's own call has returned. */
  private static void assertRefused(ProxyFixture proxy, int port) {
    assertThatThrownBy(
            () -> {
              try (Socket client = proxy.connect(port)) {
                client.getInputStream().read();
              }
            })
        .isInstanceOf(SocketException.class);
  }
}
