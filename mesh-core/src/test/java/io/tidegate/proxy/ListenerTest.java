package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.ShardCounter;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners follow the routing table. */
@Timeout(60)
class ListenerTest {

  @Test
  void bindsAPortOnEveryShard() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(task.address());
      assertThat(proxy.shards.listeners())
          .singleElement()
          .satisfies(
              status -> {
                assertThat(status.port().number()).isEqualTo(port);
                assertThat(status.boundShards()).isEqualTo(ProxyFixture.SHARDS);
                assertThat(status.error()).isNull();
              });
    }
  }

  @Test
  void refusesClientsOfAPortThatIsGoneWhileItsRelaysGoOn() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(task.address());
      try (Socket client = proxy.connect(port)) {
        assertAnswers(client);
        proxy.withdraw(port);
        Await.until(() -> refuses(proxy, port));
        assertAnswers(client);
        assertThat(proxy.shards.listeners()).isEmpty();
      }
    }
  }

  @Test
  void leavesRelaysAndOtherPortsAloneWhenTheTableChanges() throws Exception {
    try (var first = TestTask.echo();
        var second = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(first.address());
      int other = proxy.serve(second.address());
      try (Socket client = proxy.connect(port)) {
        assertAnswers(client);
        for (int i = 0; i < 20; i++) {
          proxy.publish(port, i % 2 == 0 ? second.address() : first.address());
          proxy.withdraw(other);
          proxy.publish(other, second.address());
          assertAnswers(client);
        }
      }
    }
  }

  @Test
  void sendsNewClientsToTheNewEndpoints() throws Exception {
    try (var before = TestTask.echo();
        var after = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(before.address());
      proxy.publish(port, after.address());
      Await.until(
          () -> {
            try (Socket client = proxy.connect(port)) {
              assertAnswers(client);
            }
            return after.connections() > 0;
          });
      int connectionsBefore = before.connections();
      for (int i = 0; i < 20; i++) {
        try (Socket client = proxy.connect(port)) {
          assertAnswers(client);
        }
      }
      // Each shard changes over by itself: one of them may have been a moment later than the other.
      assertThat(before.connections() - connectionsBefore).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void namesWhyAPortCannotBeBoundAndBindsItOnceItIsFree() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port;
      try (ServerSocket holder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = holder.getLocalPort();
        proxy.publish(port, task.address());
        Await.until(() -> "Address already in use".equals(error(proxy, port)));
      }
      proxy.awaitBound(port);
      try (Socket client = proxy.connect(port)) {
        assertAnswers(client);
      }
    }
  }

  @Test
  void leavesClientsWaitingWhileThereAreAsManyRelaysAsThereMayBe() throws Exception {
    List<Socket> clients = new ArrayList<>();
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture(ProxyFixture.configWithRelays(ProxyFixture.SHARDS))) {
      int port = proxy.serve(task.address());
      for (int i = 0; i < 6; i++) {
        Socket client = proxy.connect(port);
        client.getOutputStream().write(42);
        clients.add(client);
      }
      // At least one has to wait: no shard takes more than one, and there are fewer shards.
      Await.until(
          () -> proxy.shards.stats().shards().getOrDefault(ShardCounter.FULL_PAUSES, 0L) > 0);
      assertThat(task.connections()).isBetween(1, ProxyFixture.SHARDS);
      while (!clients.isEmpty()) {
        Socket served = firstAnswered(clients);
        clients.remove(served);
        served.close();
      }
      assertThat(task.connections()).isEqualTo(6);
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  private static Socket firstAnswered(List<Socket> clients) {
    AtomicReference<Socket> answered = new AtomicReference<>();
    Await.until(
        () -> {
          for (Socket client : clients) {
            if (client.getInputStream().available() > 0) {
              answered.set(client);
            }
          }
          return answered.get() != null;
        });
    return answered.get();
  }

  @Test
  void drainsWhenTheLastRelayHasFinished() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(task.address());
      try (Socket client = proxy.connect(port)) {
        assertAnswers(client);
        assertThat(proxy.shards.drain(Duration.ofMillis(200))).isFalse();
        assertThat(refuses(proxy, port)).isTrue();
        assertAnswers(client);
      }
      assertThat(proxy.shards.drain(Duration.ofSeconds(5))).isTrue();
    }
  }

  private static @Nullable String error(ProxyFixture proxy, int port) {
    return proxy.shards.listeners().stream()
        .filter(status -> status.port().number() == port)
        .map(ListenerStatus::error)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private static boolean refuses(ProxyFixture proxy, int port) throws IOException {
    try {
      proxy.connect(port).close();
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }

  private static void assertAnswers(Socket client) throws IOException {
    client.getOutputStream().write(42);
    assertThat(client.getInputStream().read()).isEqualTo(42);
  }
}
