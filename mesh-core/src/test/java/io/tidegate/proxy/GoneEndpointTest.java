package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.CloseCause;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.Ejection.Cause;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.HopKey;
import io.tidegate.routing.HopOffer;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What becomes of relays whose endpoint seems to be gone. On loopback nothing vanishes without a
 * word; what comes closest is a task that reads nothing: its kernel takes nothing more.
 */
@Timeout(60)
class GoneEndpointTest {

  // Longer than the kernel waits for an endpoint that seems to be gone, with all its timers.
  private static final int LONG_MILLIS = 2_500;

  private final ProxyFixture proxy =
      new ProxyFixture(ProxyFixture.configOfOneShard(), HopFixture.SOCKETS);
  private final TestTask deaf = TestTask.that(_ -> Thread.currentThread().join());
  private final TestTask echo = TestTask.echo();
  private final int port = proxy.serve(deaf.address());
  private final List<Socket> clients = new ArrayList<>();
  private Thread writer = new Thread();

  @AfterEach
  void close() throws IOException {
    for (Socket client : clients) {
      client.close();
    }
    proxy.close();
    deaf.close();
    echo.close();
  }

  @Test
  void endsRelaysToATaskThatTheTableHasNoMore() throws IOException {
    clientThatIsNotHeard();
    publish(ready(echo));
    assertIsReset();
  }

  @Test
  void endsRelaysToANodeThatIsSilent() throws IOException {
    clientThatIsNotHeard();
    publish(ready(echo), ejected(deaf, Cause.NODE_SILENT));
    assertIsReset();
  }

  @Test
  void endsRelaysToATaskThatNoWayLeadsTo() throws IOException {
    clientThatIsNotHeard();
    publish(ready(echo), unreachable(deaf));
    assertIsReset();
  }

  /**
   * As while this node's engine is restarted, where the agent on the task's node is asked by TLS.
   */
  @Test
  void endsRelaysThroughAnOverlayThatIsLedAroundNow() throws IOException {
    publish(ready(echo));
    publish(throughOverlay(deaf));
    clientThatIsNotHeard();
    publish(ready(echo), byTls(deaf));
    assertIsReset();
  }

  @Test
  void leavesRelaysAloneThatNeedNoOverlay() throws IOException {
    Socket client = clientThatIsNotHeard();
    publish(ready(echo), byTls(deaf));
    assertGoesOn(client);
  }

  @Test
  void leavesRelaysAloneToATaskThatTakesNoNewConnections() throws IOException {
    Socket client = clientThatIsNotHeard();
    publish(ready(echo), ejected(deaf, Cause.CONNECT_FAILURES));
    assertGoesOn(client);
  }

  @Test
  void leavesRelaysAloneWhosePortAnotherServiceTakes() throws IOException {
    Socket client = clientThatIsNotHeard();
    proxy.publish(route("another-service", ready(echo)));
    awaitTable();
    assertGoesOn(client);
  }

  @Test
  void leavesRelaysAloneWhoseTaskAnswersThoughTheTableHasItNoMore() throws IOException {
    publish(ready(echo));
    Socket client = client();
    assertAnswers(client);
    publish(ready(deaf));
    assertGoesOn(client);
    assertAnswers(client);
  }

  // --- what the tests are made of ---

  private Socket client() throws IOException {
    Socket client = proxy.connect(port);
    client.setSoTimeout(LONG_MILLIS);
    clients.add(client);
    return client;
  }

  /** It says more than anybody takes, for as long as it can. */
  private Socket clientThatIsNotHeard() throws IOException {
    Socket client = client();
    writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  byte[] bytes = new byte[64 * 1024];
                  try {
                    while (true) {
                      client.getOutputStream().write(bytes);
                    }
                  } catch (IOException e) {
                    // The relay ended, or the test.
                  }
                });
    Await.until(() -> proxy.stats(port).bytesIn() > 0);
    return client;
  }

  private void publish(Endpoint picked, Endpoint... withheld) {
    proxy.publish(route("service-" + port, picked, withheld));
    awaitTable();
  }

  private Route route(String serviceId, Endpoint picked, Endpoint... withheld) {
    return new Route(
        PublishedPort.tcp(port),
        serviceId,
        "web",
        BalancingPolicy.P2C,
        List.of(picked),
        List.of(),
        List.of(withheld));
  }

  /** Until the tables that were published are in force: a later one is. */
  private void awaitTable() {
    proxy.serve(echo.address());
  }

  private static Endpoint ready(TestTask task) {
    return ProxyFixture.endpoint(task.address(), TaskState.RUNNING);
  }

  private static Endpoint ejected(TestTask task, Cause cause) {
    return ready(task).with(new Ejection(cause, 1, 0, Long.MAX_VALUE), true);
  }

  private static Endpoint unreachable(TestTask task) {
    return led(task, Reach.none("lost by the test"));
  }

  private static Endpoint throughOverlay(TestTask task) {
    return led(task, Reach.overlay(task.address().getAddress(), "ingress_sbox", "by the test"));
  }

  private static Endpoint byTls(TestTask task) {
    InetSocketAddress entry = new InetSocketAddress(task.address().getAddress(), 1);
    HopOffer offer = new HopOffer(entry, null, "here", new HopKey(new byte[HopKey.BYTES]));
    return led(task, Reach.hop(offer, 1, "by the test"));
  }

  private static Endpoint led(TestTask task, Reach reach) {
    Endpoint ready = ready(task);
    Task led = new Task(ready.taskId(), ready.taskName(), ready.nodeId(), TaskState.RUNNING, reach);
    return Endpoint.of(led, task.address().getPort());
  }

  /** Whoever writes hears of it, whoever reads may not hear of it again. */
  private void assertIsReset() {
    Await.until(() -> proxy.stats(port).closes().getOrDefault(CloseCause.TASK_RESET, 0L) == 1);
    Await.until(() -> !writer.isAlive());
  }

  private static void assertGoesOn(Socket client) {
    assertThatThrownBy(() -> client.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
  }

  private static void assertAnswers(Socket client) throws IOException {
    client.getOutputStream().write(42);
    assertThat(client.getInputStream().read()).isEqualTo(42);
  }
}
