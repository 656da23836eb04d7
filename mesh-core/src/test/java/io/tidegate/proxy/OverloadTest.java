package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.overload.Resource;
import io.tidegate.overload.Restraint;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Timeouts;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the data path does while resources run short. */
@Timeout(60)
class OverloadTest {

  private static final Restraint PAUSED = new Restraint(100, true);
  private static final Restraint SHORT_OF = new Restraint(10, false);

  @RegisterExtension final UdpFixture udp = new UdpFixture();

  @Test
  void leavesNewClientsWaitingAndServesThoseItHas() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(task.address());
      try (Socket relayed = proxy.connect(port)) {
        assertAnswers(relayed);
        proxy.shards.restrain(PAUSED);
        proxy.shards.settle();
        List<Socket> waiting = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
          Socket client = proxy.connect(port);
          client.getOutputStream().write(7);
          waiting.add(client);
        }
        Await.until(() -> pauses(proxy) >= ProxyFixture.SHARDS);
        assertAnswers(relayed);
        assertThat(proxy.stats(port).active()).isEqualTo(1);
        waiting.getFirst().setSoTimeout(300);
        assertThatThrownBy(() -> waiting.getFirst().getInputStream().read())
            .isInstanceOf(SocketTimeoutException.class);

        proxy.shards.restrain(Restraint.NONE);
        for (Socket client : waiting) {
          client.setSoTimeout(5_000);
          assertThat(client.getInputStream().read()).isEqualTo(7);
          client.close();
        }
      }
    }
  }

  @Test
  void endsRelaysThatWereThereBeforeOnceTheirShorterTimeoutIsOver() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int idle = serve(proxy, Duration.ofSeconds(20), task);
      int patient = serve(proxy, Duration.ofHours(1), task);
      try (Socket client = proxy.connect(idle);
          Socket other = proxy.connect(patient)) {
        long beforeNanos = System.nanoTime();
        assertAnswers(client);
        assertAnswers(other);
        proxy.shards.restrain(SHORT_OF);
        assertThatThrownBy(() -> client.getInputStream().read())
            .isInstanceOf(SocketException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - beforeNanos))
            .isBetween(Duration.ofMillis(1_500), Duration.ofSeconds(10));
        assertThat(proxy.stats(idle).closes())
            .containsEntry(CloseCause.OVERLOAD, 1L)
            .containsEntry(CloseCause.IDLE, 0L);
        assertAnswers(other);
      }
    }
  }

  @Test
  void keepsRelaysInWhichSomethingMoves() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = serve(proxy, Duration.ofSeconds(10), task);
      try (Socket busy = proxy.connect(port);
          Socket idle = proxy.connect(port)) {
        assertAnswers(idle);
        proxy.shards.restrain(SHORT_OF);
        Await.until(
            () -> {
              assertAnswers(busy);
              return closes(proxy, port) == 1;
            });
        assertAnswers(busy);
      }
    }
  }

  @Test
  void givesIdleRelaysAllOfTheirTimeAgainAfterwards() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = serve(proxy, Duration.ofSeconds(30), task);
      try (Socket client = proxy.connect(port)) {
        assertAnswers(client);
        proxy.shards.restrain(SHORT_OF);
        proxy.shards.restrain(Restraint.NONE);
        int other = serve(proxy, Duration.ofSeconds(6), task);
        try (Socket shorter = proxy.connect(other)) {
          assertAnswers(shorter);
          assertThatThrownBy(() -> shorter.getInputStream().read())
              .isInstanceOf(SocketException.class);
          assertThat(proxy.stats(other).closes()).containsEntry(CloseCause.IDLE, 1L);
        }
        assertAnswers(client);
      }
    }
  }

  @Test
  void beginsNoUdpSessionsMeanwhileAndKeepsThoseItHas() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, udp.keep(UdpTask.echo()).address());
    UdpProbe known = udp.probe(port);
    known.ask("hello");
    proxy.shards.restrain(PAUSED);
    proxy.shards.settle();
    UdpProbe fresh = udp.probe(port);
    fresh.send(new byte[1]);
    Await.until(() -> UdpFixture.in(proxy, port, DatagramResult.NO_SESSION) == 1);
    assertThat(known.ask("still there")).isEqualTo("still there");
    proxy.shards.restrain(Restraint.NONE);
    proxy.shards.settle();
    assertThat(fresh.ask("hello")).isEqualTo("hello");
  }

  @Test
  void endsSilentUdpSessionsSooner() throws IOException {
    ProxyFixture proxy = udp.proxy();
    Policy policy = Policy.DEFAULT.withTimeouts(Timeouts.NONE.withUdpIdle(Duration.ofSeconds(15)));
    int port = proxy.serve(Protocol.UDP, policy, udp.keep(UdpTask.echo()).address());
    udp.probe(port).ask("hello");
    proxy.shards.restrain(SHORT_OF);
    Await.until(() -> closes(proxy, port) == 1);
  }

  @Test
  void tellsHowMuchOfWhatItMayHaveIsTaken() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture(ProxyFixture.configWithRelays(20))) {
      int port = proxy.serve(task.address());
      assertThat(inUse(proxy, Resource.CONNECTIONS)).isZero();
      try (Socket first = proxy.connect(port);
          Socket second = proxy.connect(port)) {
        assertAnswers(first);
        assertAnswers(second);
        assertThat(inUse(proxy, Resource.CONNECTIONS)).isEqualTo(0.1);
      }
      Await.until(() -> inUse(proxy, Resource.CONNECTIONS) == 0);
      assertThat(inUse(proxy, Resource.PIPES)).isZero();
      assertThat(inUse(proxy, Resource.DIRECT_MEMORY)).isZero();
    }
  }

  private static double inUse(ProxyFixture proxy, Resource resource) {
    return Objects.requireNonNull(proxy.shards.gauges().get(resource)).get().orElseThrow();
  }

  private static int serve(ProxyFixture proxy, Duration idleTimeout, TestTask task) {
    Policy policy = Policy.DEFAULT.withTimeouts(Timeouts.NONE.withIdle(idleTimeout));
    return proxy.serve(Protocol.TCP, policy, task.address());
  }

  private static long pauses(ProxyFixture proxy) {
    return proxy.shards.stats().shards().getOrDefault(ShardCounter.OVERLOAD_PAUSES, 0L);
  }

  private static long closes(ProxyFixture proxy, int port) {
    return proxy.stats(port).closes().getOrDefault(CloseCause.OVERLOAD, 0L);
  }

  private static void assertAnswers(Socket client) throws IOException {
    client.getOutputStream().write(7);
    assertThat(client.getInputStream().read()).isEqualTo(7);
  }
}
