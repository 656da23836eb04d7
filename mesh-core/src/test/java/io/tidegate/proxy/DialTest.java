package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.EndpointStats;
import io.tidegate.metrics.RouteStats;
import io.tidegate.routing.Parking;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From an accepted client to a task that answers, or to a reset. */
@Timeout(60)
class DialTest {

  private static final Policy NOT_PARKED = Policy.DEFAULT.withParking(Parking.OFF);
  private static final ProxyConfig HASTY =
      ProxyFixture.config(Duration.ofMillis(800), Duration.ofHours(1));

  @Test
  void triesAnotherEndpointWhenOneRefuses() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(refusing(), task.address());
      for (int i = 0; i < 50; i++) {
        try (Socket client = proxy.connect(port)) {
          assertAnswers(client);
        }
      }
      RouteStats stats = proxy.stats(port);
      assertThat(stats.connections()).containsEntry(ConnectionResult.OK, 50L);
      assertThat(stats.connections()).containsEntry(ConnectionResult.REFUSED, 0L);
      assertThat(stats.connectRetries()).isPositive();
      assertThat(failures(stats)).isEqualTo(stats.connectRetries());
    }
  }

  @Test
  void triesAnotherEndpointWhenOneKeepsSilent() throws Exception {
    try (var silent = new SilentPort();
        var task = TestTask.echo();
        var proxy = new ProxyFixture(HASTY)) {
      int port = proxy.serve(silent.address(), task.address());
      for (int i = 0; i < 10; i++) {
        try (Socket client = proxy.connect(port)) {
          assertAnswers(client);
        }
      }
      RouteStats stats = proxy.stats(port);
      assertThat(stats.connections()).containsEntry(ConnectionResult.OK, 10L);
      assertThat(failures(stats)).isPositive();
    }
  }

  @Test
  void resetsTheClientAfterThreeDifferentEndpointsRefused() throws Exception {
    try (var proxy = new ProxyFixture()) {
      int port =
          proxy.serve(Protocol.TCP, NOT_PARKED, refusing(), refusing(), refusing(), refusing());
      assertReset(proxy, port);
      RouteStats stats = proxy.stats(port);
      assertThat(stats.connections()).containsEntry(ConnectionResult.REFUSED, 1L);
      assertThat(stats.connectRetries()).isEqualTo(2);
      assertThat(stats.endpoints().values())
          .extracting(EndpointStats::connectFailures)
          .containsOnly(1L)
          .hasSize(3);
    }
  }

  @Test
  void resetsTheClientWhenTheOnlyEndpointKeepsSilent() throws Exception {
    try (var silent = new SilentPort();
        var proxy = new ProxyFixture(HASTY)) {
      int port = proxy.serve(Protocol.TCP, NOT_PARKED, silent.address());
      assertReset(proxy, port);
      assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.TIMEOUT, 1L);
    }
  }

  @Test
  void resetsTheClientOfARouteWithoutEndpoints() throws Exception {
    try (var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, NOT_PARKED);
      assertReset(proxy, port);
      assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.NO_ENDPOINT, 1L);
    }
  }

  @Test
  void takesADetourWhenNoEndpointAnswers() throws Exception {
    try (var otherNode = TestTask.echoOn("127.0.0.2");
        var proxy = new ProxyFixture()) {
      int port = proxy.serveWithDetour(refusing(), otherNode.address());
      try (Socket client = proxy.connect(port)) {
        assertAnswers(client);
      }
      assertThat(proxy.stats(port).detours()).isEqualTo(1);
    }
  }

  @Test
  void prefersEndpointsToDetours() throws Exception {
    try (var task = TestTask.echo();
        var otherNode = TestTask.echoOn("127.0.0.2");
        var proxy = new ProxyFixture()) {
      int port = proxy.serveWithDetour(task.address(), otherNode.address());
      for (int i = 0; i < 20; i++) {
        try (Socket client = proxy.connect(port)) {
          assertAnswers(client);
        }
      }
      assertThat(otherNode.connections()).isZero();
    }
  }

  @Test
  void refusesADetourToAClientThatIsANodeItself() throws Exception {
    try (var otherNode = TestTask.echoOn("127.0.0.2");
        var proxy = new ProxyFixture()) {
      int port = proxy.serveWithDetour(refusing(), otherNode.address());
      // The client comes from where the other node is: it has made its detour already.
      assertReset(proxy, "127.0.0.2", port);
      assertThat(otherNode.connections()).isZero();
    }
  }

  @Test
  void spreadsClientsEvenlyOverEndpoints() throws Exception {
    List<TestTask> tasks = new ArrayList<>();
    try (var proxy = new ProxyFixture()) {
      for (int i = 0; i < 5; i++) {
        tasks.add(TestTask.echo());
      }
      int port =
          proxy.serve(tasks.stream().map(TestTask::address).toArray(InetSocketAddress[]::new));
      for (int i = 0; i < 500; i++) {
        try (Socket client = proxy.connect(port)) {
          assertAnswers(client);
        }
      }
      assertThat(tasks).allSatisfy(task -> assertThat(task.connections()).isBetween(75, 125));
    } finally {
      tasks.forEach(TestTask::close);
    }
  }

  private static InetSocketAddress refusing() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), ProxyFixture.freePort());
  }

  private static long failures(RouteStats stats) {
    return stats.endpoints().values().stream().mapToLong(EndpointStats::connectFailures).sum();
  }

  private static void assertAnswers(Socket client) throws IOException {
    client.getOutputStream().write(42);
    assertThat(client.getInputStream().read()).isEqualTo(42);
  }

  private static void assertReset(ProxyFixture proxy, int port) {
    assertReset(proxy, "127.0.0.1", port);
  }

  private static void assertReset(ProxyFixture proxy, String from, int port) {
    // On loopback the reset may arrive before connect has returned.
    assertThatThrownBy(
            () -> {
              try (Socket client = proxy.connectFrom(from, port)) {
                client.getInputStream().read();
              }
            })
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }
}
