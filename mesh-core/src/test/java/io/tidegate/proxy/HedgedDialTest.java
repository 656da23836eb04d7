package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.EndpointStats;
import io.tidegate.metrics.RouteStats;
import io.tidegate.routing.Parking;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connect that keeps silent is joined by one to another endpoint. */
@Timeout(90)
class HedgedDialTest {

  private static final int ROUNDS = 12;
  private static final ProxyConfig HASTY =
      ProxyFixture.config(Duration.ofMillis(800), Duration.ofHours(1));

  @Test
  void isWonByTheEndpointThatAnswersAndClosesTheOther() throws Exception {
    byte[] said = new byte[50_000];
    new Random(3).nextBytes(said);
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture(HASTY)) {
      int port;
      InetSocketAddress address;
      try (var silent = new SilentPort()) {
        address = silent.address();
        port = proxy.serve(address, task.address());
        assertAnswers(proxy, port, 1);
        int descriptors = descriptors();
        for (int i = 0; i < ROUNDS; i++) {
          try (Socket client = proxy.connect(port)) {
            client.getOutputStream().write(said);
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).isEqualTo(said);
          }
        }
        Await.until(() -> proxy.stats(port).active() == 0 && descriptors() <= descriptors);
        RouteStats stats = proxy.stats(port);
        assertThat(stats.hedging().started()).isPositive().isEqualTo(stats.hedging().won());
        // Each connect that was outrun is a failure of its endpoint, and no relay began there.
        assertThat(failures(stats)).isEqualTo(stats.hedging().won());
      }
      assertLoadsAreEven(proxy, port, address, task);
      assertThat(proxy.shards.drain(Duration.ofSeconds(5))).isTrue();
    }
  }

  /** The endpoint has come to life, and neither of the two counts what has ended. */
  private static void assertLoadsAreEven(
      ProxyFixture proxy, int port, InetSocketAddress address, TestTask task) throws IOException {
    try (var alive = TestTask.echoAt(address)) {
      // Passed over until one connect was answered.
      Await.until(
          () -> {
            assertAnswers(proxy, port, 1);
            return alive.connections() == 1;
          });
      int before = task.connections();
      assertAnswers(proxy, port, 200);
      assertThat(alive.connections()).isBetween(60, 140);
      assertThat(task.connections() - before).isBetween(60, 140);
    }
  }

  @Test
  void isStartedSoonWhereTasksMostlyAnswerAtOnce() throws Exception {
    try (var silent = new SilentPort();
        var task = TestTask.echo();
        var proxy = new ProxyFixture(ProxyFixture.configOfOneShard())) {
      int port = proxy.serve(task.address());
      assertAnswers(proxy, port, 500);
      proxy.publish(port, silent.address(), task.address());
      // On a busy machine tasks may not answer at once all the time.
      Await.until(() -> isHedgedWithinASecond(proxy, port));
    }
  }

  private static boolean isHedgedWithinASecond(ProxyFixture proxy, int port) throws IOException {
    long wonBefore = proxy.stats(port).hedging().won();
    long beforeNanos = System.nanoTime();
    assertAnswers(proxy, port, 1);
    return System.nanoTime() - beforeNanos < Duration.ofMillis(900).toNanos()
        && proxy.stats(port).hedging().won() > wonBefore;
  }

  @Test
  void isStartedLaterWhereThereWereTooManyAndFailsNobody() throws Exception {
    int count = 80;
    try (var silent = new SilentPort();
        var task = TestTask.echo();
        var proxy = new ProxyFixture(ProxyFixture.configOfOneShard())) {
      int port = proxy.serve(task.address());
      assertAnswers(proxy, port, 500);
      proxy.publish(port, silent.address(), task.address());
      List<Socket> clients = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        clients.add(proxy.connect(port));
      }
      for (int i = 0; i < count; i++) {
        clients.get(i).getOutputStream().write(i);
        assertThat(clients.get(i).getInputStream().read()).isEqualTo(i);
      }
      for (Socket client : clients) {
        client.close();
      }
      assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.OK, 500L + count);
    }
  }

  @Test
  void joinsTheThirdWhereTwoKeepSilent() throws Exception {
    try (var silent = new SilentPort();
        var alsoSilent = new SilentPort();
        var task = TestTask.echo();
        var proxy = new ProxyFixture(HASTY)) {
      int port = proxy.serve(silent.address(), alsoSilent.address(), task.address());
      for (int i = 0; i < 6; i++) {
        try (Socket client = proxy.connect(port)) {
          client.getOutputStream().write(i);
          assertThat(client.getInputStream().read()).isEqualTo(i);
        }
      }
      assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.OK, 6L);
      assertThat(proxy.shards.drain(Duration.ofSeconds(5))).isTrue();
    }
  }

  @Test
  void isWonByTheFirstWhenThatAnswersAfterAll() throws Exception {
    Policy unparked = Policy.DEFAULT.withParking(Parking.OFF);
    try (var slow = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var silent = new SilentPort();
        var proxy = new ProxyFixture()) {
      InetSocketAddress slowAddress = (InetSocketAddress) slow.getLocalSocketAddress();
      Socket[] fillers = new Socket[2];
      for (int i = 0; i < 2; i++) {
        fillers[i] = new Socket(slowAddress.getAddress(), slowAddress.getPort());
      }
      int port = proxy.serve(Protocol.TCP, unparked, slowAddress, silent.address());
      try (Socket client = proxy.connect(port)) {
        client.getOutputStream().write(42);
        Await.until(() -> proxy.stats(port).hedging().started() == 1);
        // There is room again; the kernel repeats the SYN within a second or two.
        for (int i = 0; i < 2; i++) {
          slow.accept().close();
        }
        try (Socket accepted = slow.accept()) {
          assertThat(accepted.getInputStream().read()).isEqualTo(42);
          accepted.getOutputStream().write(43);
          assertThat(client.getInputStream().read()).isEqualTo(43);
        }
      }
      for (int i = 0; i < 2; i++) {
        fillers[i].close();
      }
      Await.until(() -> proxy.stats(port).active() == 0);
      assertThat(proxy.shards.drain(Duration.ofSeconds(5))).isTrue();
    }
  }

  @Test
  void isFollowedByAThirdEndpointAtOnceWhereTheHedgeIsRefused() throws Exception {
    try (var silent = new SilentPort();
        var task = TestTask.echo();
        var proxy = new ProxyFixture(HASTY)) {
      int port = proxy.serve(silent.address(), refusing(), task.address());
      for (int i = 0; i < ROUNDS; i++) {
        try (Socket client = proxy.connect(port)) {
          client.getOutputStream().write(i);
          assertThat(client.getInputStream().read()).isEqualTo(i);
        }
      }
      assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.OK, 12L);
    }
  }

  @Test
  void endsInATimeoutOfAllWhereAllKeepSilent() throws Exception {
    try (var silent = new SilentPort();
        var alsoSilent = new SilentPort();
        var proxy = new ProxyFixture(HASTY)) {
      Policy unparked = Policy.DEFAULT.withParking(Parking.OFF);
      int port = proxy.serve(Protocol.TCP, unparked, silent.address(), alsoSilent.address());
      int descriptors = descriptors();
      assertThatThrownBy(
              () -> {
                try (Socket client = proxy.connect(port)) {
                  client.getInputStream().read();
                }
              })
          .isInstanceOf(SocketException.class);
      RouteStats stats = proxy.stats(port);
      assertThat(stats.connections()).containsEntry(ConnectionResult.TIMEOUT, 1L);
      assertThat(stats.endpoints().values())
          .extracting(EndpointStats::connectFailures)
          .containsExactly(1L, 1L);
      Await.until(() -> descriptors() <= descriptors);
      assertThat(proxy.shards.drain(Duration.ofSeconds(5))).isTrue();
    }
  }

  @Test
  void closesAllWhenTheProxyStops() throws Exception {
    try (var silent = new SilentPort();
        var alsoSilent = new SilentPort();
        var third = new SilentPort();
        Socket client = new Socket()) {
      int before = descriptors();
      try (var proxy = new ProxyFixture(HASTY)) {
        int port = proxy.serve(silent.address(), alsoSilent.address(), third.address());
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        Await.until(() -> proxy.stats(port).hedging().started() == 1);
      }
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      // The client's own has come since.
      Await.until(() -> descriptors() <= before + 1);
    }
  }

  private static void assertAnswers(ProxyFixture proxy, int port, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      try (Socket client = proxy.connect(port)) {
        client.getOutputStream().write(42);
        assertThat(client.getInputStream().read()).isEqualTo(42);
      }
    }
  }

  private static long failures(RouteStats stats) {
    return stats.endpoints().values().stream().mapToLong(EndpointStats::connectFailures).sum();
  }

  private static InetSocketAddress refusing() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), ProxyFixture.freePort());
  }

  private static int descriptors() {
    return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
  }
}
