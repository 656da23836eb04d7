package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.ParkingEnd;
import io.tidegate.routing.TaskState;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a shard does after it had no turn for a while, as in a pause of the whole machine: all that
 * happened meanwhile comes at once. It is stuck in the observer of a probe.
 */
@Timeout(60)
class StuckShardTest {

  private static final Duration TICK = Duration.ofNanos(2 * Timers.RESOLUTION_NANOS);

  private final AtomicLong nowNanos = new AtomicLong(1_000);
  private final CountDownLatch stuck = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final TestTask task = TestTask.echo();
  private final ProxyFixture proxy =
      new ProxyFixture(ProxyFixture.configOfOneShard(), nowNanos::get, _ -> pause());

  private void pause() {
    stuck.countDown();
    try {
      assertThat(released.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @AfterEach
  void close() {
    released.countDown();
    proxy.close();
    task.close();
  }

  @Test
  void countsAClientOnceThatLeavesAsItsTimeIsUp() throws Exception {
    int port = proxy.serve();
    Socket client = proxy.connect(port);
    ParkingTest.awaitParked(proxy, port, 1);
    stick();
    nowNanos.addAndGet(Duration.ofMinutes(1).toNanos());
    long fromNanos = System.nanoTime();
    Await.until(() -> System.nanoTime() - fromNanos > TICK.toNanos());
    reset(client);
    released.countDown();

    Await.until(() -> proxy.stats(port).parking().active() == 0);
    proxy.shards.settle();
    assertThat(proxy.stats(port).parking().ends())
        .containsEntry(ParkingEnd.TIMED_OUT, 1L)
        .containsEntry(ParkingEnd.LEFT, 0L);
    assertThat(proxy.stats(port).connections())
        .containsEntry(ConnectionResult.NO_ENDPOINT, 1L)
        .containsEntry(ConnectionResult.CLIENT_GONE, 0L);
  }

  @Test
  void parksClientsThatItTakesLast() throws Exception {
    int port = proxy.serve();
    stick();
    try (Socket client = proxy.connect(port)) {
      Thread stop = Thread.ofVirtual().start(proxy.shards::stopListening);
      released.countDown();
      stop.join();
      ParkingTest.awaitParked(proxy, port, 1);
      proxy.publish(port, task.address());
      client.getOutputStream().write(42);
      assertThat(client.getInputStream().read()).isEqualTo(42);
    }
  }

  @Test
  void keepsNoSocketThatItLendsTooLate() throws Exception {
    int port = proxy.serve(task.address());
    stick();
    assertThat(proxy.shards.lend()).isEmpty();
    released.countDown();
    proxy.shards.stopListening();
    assertThatThrownBy(() -> proxy.connect(port)).isInstanceOf(ConnectException.class);
  }

  // --- what the tests are made of ---

  private void stick() throws InterruptedException {
    proxy.shards.probe("s1", ProxyFixture.endpoint(task.address(), TaskState.RUNNING));
    assertThat(stuck.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static void reset(Socket client) throws IOException {
    client.setSoLinger(true, 0);
    client.close();
  }
}
