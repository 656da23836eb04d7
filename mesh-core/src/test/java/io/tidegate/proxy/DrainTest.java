package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.EndpointStats;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Policy;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Timeouts;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of relays whose task is told to stop, on one shard in hand-moved time. */
@Timeout(60)
class DrainTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(12);

  private final AtomicLong nowNanos = new AtomicLong(1_000);
  private final ProxyFixture proxy =
      new ProxyFixture(ProxyFixture.configOfOneShard(), nowNanos::get);
  private final TestTask task = TestTask.echo();
  private final TestTask other = TestTask.echo();
  private final List<Socket> clients = new ArrayList<>();
  private int port;

  @AfterEach
  void close() throws IOException {
    for (Socket client : clients) {
      client.close();
    }
    proxy.close();
    task.close();
    other.close();
  }

  @Test
  void closesNothingBeforeTheSecondHalf() throws IOException {
    connect(20);
    drain(TIMEOUT);
    passUntil(5_999);

    assertThat(drained()).isZero();
    for (Socket client : clients) {
      assertAnswers(client);
    }
  }

  @Test
  void spreadsTheClosesOverTheSecondHalf() throws IOException {
    connect(40);
    drain(TIMEOUT);
    passUntil(7_500);
    assertThat(drained()).isEqualTo(10);
    passUntil(9_000);
    assertThat(drained()).isEqualTo(20);
    passUntil(11_000);
    assertThat(drained()).isBetween(33L, 34L);
    passUntil(12_000);
    assertThat(drained()).isEqualTo(40);
    assertThat(active()).isZero();
  }

  @Test
  void closesTheIdleFirstAndTheBusyLater() throws IOException {
    connect(20);
    drain(TIMEOUT);
    passUntil(5_900);
    List<Socket> busy = List.copyOf(clients.subList(5, 15));
    for (Socket client : busy) {
      assertAnswers(client);
    }
    passUntil(9_000);

    assertThat(drained()).isEqualTo(10);
    for (Socket client : busy) {
      assertAnswers(client);
    }
    clients.removeAll(busy);
    for (Socket client : clients) {
      assertReset(client);
    }
    clients.addAll(busy);
    passUntil(12_000);
    assertThat(drained()).isEqualTo(20);
  }

  @Test
  void resetsWhatIsHalfClosedToo() throws IOException {
    try (var silent =
        TestTask.that(
            socket -> {
              assertThat(socket.getInputStream().readAllBytes()).hasSize(1);
              socket.getInputStream().transferTo(socket.getOutputStream());
              socket.getOutputStream().write(1);
              Thread.currentThread().join();
            })) {
      port = proxy.serve(silent.address());
      Socket client = client();
      client.getOutputStream().write(42);
      client.shutdownOutput();
      assertThat(client.getInputStream().read()).isEqualTo(1);
      publish(TIMEOUT, List.of(), List.of(draining(silent)));
      passUntil(12_000);

      // An end in good order would say that the answer was whole.
      assertReset(client);
      assertThat(drained()).isEqualTo(1);
    }
  }

  @Test
  void countsThoseThatFinishByThemselves() throws IOException {
    connect(10);
    drain(TIMEOUT);
    passUntil(6_000);
    for (Socket client : clients.subList(0, 5)) {
      client.close();
    }
    Await.until(() -> active() == 5);
    passUntil(8_900);
    assertThat(drained()).isZero();
    passUntil(12_000);
    assertThat(drained()).isEqualTo(5);
  }

  @Test
  void leavesRelaysToOtherTasksAlone() throws IOException {
    port = proxy.serve(other.address());
    Socket toOther = client();
    assertAnswers(toOther);
    proxy.publish(port, task.address());
    awaitTable();
    for (int i = 0; i < 3; i++) {
      assertAnswers(client());
    }
    publish(TIMEOUT, List.of(ready(other)), List.of(draining(task)));
    passUntil(13_000);

    assertThat(drained()).isEqualTo(3);
    assertAnswers(toOther);
  }

  @Test
  void leavesTheRestAloneOnceTheTaskIsToRunAgain() throws IOException {
    connect(10);
    drain(TIMEOUT);
    passUntil(9_000);
    assertThat(drained()).isEqualTo(5);
    publish(TIMEOUT, List.of(ready(task)), List.of());
    passUntil(13_000);
    assertThat(drained()).isEqualTo(5);

    drain(TIMEOUT);
    passUntil(18_900);
    assertThat(drained()).isEqualTo(5);
    passUntil(25_000);
    assertThat(drained()).isEqualTo(10);
  }

  @Test
  void goesOnByItsTimeThroughLaterTables() throws IOException {
    connect(10);
    drain(TIMEOUT);
    passUntil(9_000);
    drain(TIMEOUT);
    drain(TIMEOUT);
    assertThat(drained()).isEqualTo(5);
    // By now the task is gone from the table, and its relays are not yet.
    publish(TIMEOUT, List.of(ready(other)), List.of());
    passUntil(12_000);
    assertThat(drained()).isEqualTo(10);
  }

  @Test
  void followsAnotherTimeoutAtOnce() throws IOException {
    connect(10);
    drain(Timeouts.LONGEST);
    passUntil(10_000);
    assertThat(drained()).isZero();
    drain(Duration.ofSeconds(10));
    passUntil(10_100);
    assertThat(drained()).isEqualTo(10);
  }

  @Test
  void closesNothingWhereThereIsNoTimeout() throws IOException {
    connect(3);
    drain(null);
    passUntil(600_000);
    assertThat(drained()).isZero();
    assertAnswers(clients.getFirst());
  }

  @Test
  void closesOnlySoManyInARow() throws IOException {
    connect(EndpointRelays.MOST_CLOSES + 10);
    drain(TIMEOUT);
    passUntil(12_000);
    assertThat(drained()).isEqualTo(EndpointRelays.MOST_CLOSES);
    passUntil(12_100);
    assertThat(active()).isZero();
  }

  @Test
  void closesThoseThatBeginWhileTheTaskStops() throws IOException {
    port = proxy.serve(other.address());
    // The last resort: it is picked though it is to stop.
    publish(TIMEOUT, List.of(draining(task)), List.of());
    assertAnswers(client());
    passUntil(12_000);
    assertThat(drained()).isEqualTo(1);
  }

  @Test
  void keepsTheAgentNoLongerThanTheRelays() throws IOException {
    connect(2);
    drain(TIMEOUT);
    for (Socket client : clients) {
      client.close();
    }
    assertThat(proxy.shards.drain(Duration.ofSeconds(10))).isTrue();
  }

  // --- what the tests are made of ---

  private void connect(int count) throws IOException {
    port = proxy.serve(task.address());
    for (int i = 0; i < count; i++) {
      assertAnswers(client());
    }
  }

  private Socket client() throws IOException {
    Socket client = proxy.connect(port);
    clients.add(client);
    return client;
  }

  private void drain(@Nullable Duration timeout) {
    publish(timeout, List.of(ready(other)), List.of(draining(task)));
  }

  private void publish(@Nullable Duration timeout, List<Endpoint> picked, List<Endpoint> withheld) {
    Timeouts timeouts = timeout == null ? Timeouts.NONE : Timeouts.NONE.withDrain(timeout);
    proxy.publish(
        new Route(
            PublishedPort.tcp(port),
            "service-" + port,
            "web",
            Policy.DEFAULT.withTimeouts(timeouts),
            picked,
            List.of(),
            withheld));
    awaitTable();
  }

  private static Endpoint ready(TestTask task) {
    return ProxyFixture.endpoint(task.address(), TaskState.RUNNING);
  }

  private static Endpoint draining(TestTask task) {
    return ProxyFixture.endpoint(task.address(), TaskState.DRAINING);
  }

  /** Until the tables that were published are in force: a later one is. */
  private void awaitTable() {
    proxy.serve(other.address());
  }

  /** Moves the time on from the start, and lets the shard see it. */
  private void passUntil(long millis) {
    nowNanos.set(1_000 + Duration.ofMillis(millis).toNanos());
    long ticks = ticks();
    Await.until(() -> ticks() > ticks + 2 || active() == 0);
  }

  private long ticks() {
    return proxy.shards.stats().loopLag().getTotalCount();
  }

  private long drained() {
    return proxy.stats(port).closes().getOrDefault(CloseCause.DRAINED, 0L);
  }

  private long active() {
    return proxy.stats(port).endpoints().values().stream().mapToLong(EndpointStats::active).sum();
  }

  private static void assertAnswers(Socket client) throws IOException {
    client.getOutputStream().write(42);
    assertThat(client.getInputStream().read()).isEqualTo(42);
  }

  private static void assertReset(Socket client) {
    assertThatThrownBy(() -> client.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }
}
