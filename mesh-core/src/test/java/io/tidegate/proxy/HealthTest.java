package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.EndpointStats;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.ConnectOutcome;
import io.tidegate.routing.ConnectOutcome.Result;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Parking;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What shards make of connects that fail, by themselves and for whoever observes them. */
@Timeout(60)
class HealthTest {

  private static final ProxyConfig HASTY =
      ProxyFixture.config(Duration.ofMillis(400), Duration.ofHours(1));

  private final List<ConnectOutcome> outcomes = new CopyOnWriteArrayList<>();
  private final AtomicLong nowNanos = new AtomicLong();

  @Test
  void spendsThreeConnectsOnATaskThatRefusesOverAllShards() throws Exception {
    InetSocketAddress refusing = refusing();
    try (var task = TestTask.echo();
        var proxy = inHandMovedTime()) {
      int port = proxy.serve(refusing, task.address());
      for (int i = 0; i < 300; i++) {
        assertAnswers(proxy, port);
      }
      assertThat(failures(proxy, port)).isEqualTo(3);
      assertThat(outcomes)
          .extracting(ConnectOutcome::result)
          .containsExactly(Result.REFUSED, Result.REFUSED, Result.REFUSED);
      assertThat(outcomes).extracting(ConnectOutcome::failuresInARow).containsExactly(1, 2, 3);
      assertThat(outcomes)
          .allMatch(outcome -> addressOf(outcome).equals(refusing))
          .allMatch(outcome -> outcome.serviceId().equals("service-" + port));
    }
  }

  @Test
  void spendsAnotherOneASecondLater() throws Exception {
    try (var task = TestTask.echo();
        var proxy = inHandMovedTime()) {
      int port = proxy.serve(refusing(), task.address());
      for (int second = 0; second < 4; second++) {
        for (int i = 0; i < 100; i++) {
          assertAnswers(proxy, port);
        }
        assertThat(failures(proxy, port)).isEqualTo(3 + second);
        nowNanos.addAndGet(Duration.ofSeconds(1).toNanos());
      }
    }
  }

  @Test
  void triesSpentEndpointsWhereThereAreNoOthers() throws Exception {
    try (var proxy = inHandMovedTime()) {
      int port =
          proxy.serve(
              Protocol.TCP, Policy.DEFAULT.withParking(Parking.OFF), refusing(), refusing());
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(() -> assertAnswers(proxy, port)).isInstanceOf(SocketException.class);
      }
      Await.until(() -> failures(proxy, port) == 20);
    }
  }

  @Test
  void tellsOfTheFirstSuccessAfterFailuresAndOfNoOther() throws Exception {
    InetSocketAddress refusing = refusing();
    try (var task = TestTask.echo();
        var proxy = inHandMovedTime()) {
      int port = proxy.serve(refusing, task.address());
      Await.until(
          () -> {
            assertAnswers(proxy, port);
            return !outcomes.isEmpty();
          });
      try (var _ = new ServerSocket(refusing.getPort(), 1024, refusing.getAddress())) {
        int told = outcomes.size();
        Await.until(
            () -> {
              try (Socket _ = proxy.connect(port)) {
                return outcomes.size() > told;
              }
            });
        for (int i = 0; i < 50; i++) {
          try (Socket _ = proxy.connect(port)) {
            assertThat(outcomes).hasSize(told + 1);
          }
        }
        assertThat(outcomes.getLast().result()).isEqualTo(Result.ANSWERED);
        assertThat(outcomes.getLast().failuresInARow()).isZero();
      }
    }
  }

  @Test
  void tellsOfAnAnswerOfWhatIsEjectedThoughNoneOfItsConnectsHasFailed() throws Exception {
    try (var task = TestTask.echo();
        var proxy = inHandMovedTime()) {
      int port = proxy.serve(task.address());
      assertAnswers(proxy, port);
      assertThat(outcomes).isEmpty();
      // The last one of its route, and spared: its node was silent.
      Endpoint spared =
          ProxyFixture.endpoint(task.address(), TaskState.RUNNING)
              .with(new Ejection(Ejection.Cause.NODE_SILENT, 1, 0, Long.MAX_VALUE), false);
      proxy.publish(
          new Route(
              PublishedPort.tcp(port),
              "service-" + port,
              "web",
              BalancingPolicy.P2C,
              List.of(spared),
              List.of(),
              List.of()));
      Await.until(
          () -> {
            assertAnswers(proxy, port);
            return !outcomes.isEmpty();
          });
      assertThat(outcomes.getFirst().result()).isEqualTo(Result.ANSWERED);
      assertThat(addressOf(outcomes.getFirst())).isEqualTo(task.address());
    }
  }

  @Test
  void tellsOfSilence() throws Exception {
    try (var silent = new SilentPort();
        var task = TestTask.echo();
        var proxy = new ProxyFixture(HASTY, System::nanoTime, outcomes::add)) {
      int port = proxy.serve(silent.address(), task.address());
      Await.until(
          () -> {
            assertAnswers(proxy, port);
            return !outcomes.isEmpty();
          });
      assertThat(outcomes.getFirst().result()).isEqualTo(Result.SILENT);
    }
  }

  @Test
  void probesWithoutAClient() throws Exception {
    try (var task = TestTask.echo();
        var silent = new SilentPort();
        var proxy = new ProxyFixture(HASTY, System::nanoTime, outcomes::add)) {
      Map<Result, InetSocketAddress> expected =
          Map.of(
              Result.ANSWERED,
              task.address(),
              Result.REFUSED,
              refusing(),
              Result.SILENT,
              silent.address());
      expected.values().forEach(address -> proxy.shards.probe("s1", endpoint(address)));
      Await.until(() -> outcomes.size() == 3);
      assertThat(outcomes).allMatch(ConnectOutcome::isProbe);
      assertThat(
              outcomes.stream()
                  .collect(Collectors.toMap(ConnectOutcome::result, HealthTest::addressOf)))
          .isEqualTo(expected);
    }
  }

  @Test
  void picksAnEndpointAgainOnceAProbeWasAnswered() throws Exception {
    InetSocketAddress refusing = refusing();
    try (var task = TestTask.echo();
        var proxy = inHandMovedTime()) {
      int port = proxy.serve(refusing, task.address());
      for (int i = 0; i < 50; i++) {
        assertAnswers(proxy, port);
      }
      Endpoint spent = outcomes.getFirst().endpoint();
      try (var server = new ServerSocket(refusing.getPort(), 1024, refusing.getAddress())) {
        proxy.shards.probe("s1", spent);
        Await.until(() -> outcomes.getLast().result() == Result.ANSWERED);
        server.accept().close();
        Await.until(
            () -> {
              try (Socket _ = proxy.connect(port)) {
                return proxy.stats(port).endpoints().entrySet().stream()
                    .anyMatch(
                        entry ->
                            entry.getKey().taskId().equals(spent.taskId())
                                && entry.getValue().relays() > 0);
              }
            });
      }
    }
  }

  @Test
  void countsPicksInPanic() throws Exception {
    try (var task = TestTask.echo();
        var proxy = inHandMovedTime()) {
      int port = proxy.serve(task.address());
      assertAnswers(proxy, port);
      assertThat(proxy.stats(port).panicPicks()).isZero();
      proxy.publish(port, TaskState.DOUBTED, task.address());
      Await.until(
          () -> {
            assertAnswers(proxy, port);
            return proxy.stats(port).panicPicks() > 0;
          });
    }
  }

  private ProxyFixture inHandMovedTime() {
    return new ProxyFixture(
        ProxyFixture.config(Duration.ofSeconds(4), Duration.ofHours(1)),
        nowNanos::get,
        outcomes::add);
  }

  private static InetSocketAddress refusing() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), ProxyFixture.freePort());
  }

  private static Endpoint endpoint(InetSocketAddress address) {
    Reach reach = Reach.direct(address.getAddress(), address.getPort(), "given by the test");
    Task task = new Task("t-" + address.getPort(), "web", "node", TaskState.RUNNING, reach);
    return Endpoint.of(task, address.getPort());
  }

  private static InetSocketAddress addressOf(ConnectOutcome outcome) {
    return outcome.endpoint().id().address();
  }

  private static long failures(ProxyFixture proxy, int port) {
    return proxy.stats(port).endpoints().values().stream()
        .mapToLong(EndpointStats::connectFailures)
        .sum();
  }

  private static void assertAnswers(ProxyFixture proxy, int port) throws IOException {
    try (Socket client = proxy.connect(port)) {
      client.getOutputStream().write(42);
      assertThat(client.getInputStream().read()).isEqualTo(42);
    }
  }
}
