package io.tidegate.agent.swarm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.docker.DockerConfig;
import io.tidegate.agent.docker.FakeDocker;
import io.tidegate.agent.identity.IdentityFiles;
import io.tidegate.agent.source.CheckStatus;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.watch.WatchConfig;
import io.tidegate.control.ControlLoop;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the label to the routing table: two tasks of this node, one of which hangs. */
class SwarmChecksTest {

  private static final String HANGING = Answers.TASK_ON_N1;

  @TempDir private Path dir;
  private FakeDocker daemon;
  private SwarmSource source;
  private ServerSocket first;
  private ServerSocket second;
  // Held, or the garbage collector would close those of the task that hangs.
  private final Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
  private volatile boolean isHanging;
  private volatile RoutingTable table = RoutingTable.EMPTY;
  private final ControlLoop control =
      new ControlLoop(SystemNanoClock.INSTANCE, newest -> table = newest);

  @BeforeEach
  void start() throws Exception {
    first = new ServerSocket(0, 64, InetAddress.ofLiteral("127.0.0.4"));
    second = new ServerSocket(first.getLocalPort(), 64, InetAddress.ofLiteral("127.0.0.5"));
    Thread.ofVirtual().start(() -> serve(first, true));
    Thread.ofVirtual().start(() -> serve(second, false));
    daemon = new FakeDocker(dir);
    answer();
    source =
        new SwarmSource(
            new SwarmConfig(
                new DockerConfig(daemon.host(), Duration.ofMillis(1500)),
                dir,
                new WatchConfig(dir.resolve("control.sock"), dir),
                new PeerConfig(
                    new HostPort("127.0.0.1", 0),
                    PeerConfig.USUAL_HOP_PORT,
                    0,
                    IdentityFiles.ofSwarm(dir)),
                null,
                Duration.ofMillis(100)));
    source.start(control::offer);
  }

  private void answer() {
    String labels =
        "\"tidegate.check\":\"http\",\"tidegate.check.path\":\"/up\",\"tidegate.check.port\":\"%d\""
            .formatted(first.getLocalPort());
    daemon.answer("/info", Answers.text("n1.info.json"));
    daemon.answer("/networks", Answers.text("n2.networks.json"));
    daemon.answer(
        "/networks/klxvo3n7htj5gtpl9czw0w5pt", Answers.text("n1.networks-ingress-verbose.json"));
    daemon.answer(
        "/networks/docker_gwbridge",
        Answers.text("n1.networks-docker_gwbridge.json").replace("172.29.1.", "127.0.0."));
    daemon.answer("/containers/json", Answers.text("n1.containers.json"));
    daemon.answer(
        "/services",
        Answers.text("n1.services.json").replace("\"tidegate.policy\":\"round-robin\"", labels));
    daemon.answer("/tasks", Answers.text("n1.tasks-desired-running.json"));
    daemon.answer("/tasks?id", "[]");
    daemon.answer("/nodes", Answers.text("n1.nodes.json"));
  }

  @AfterEach
  void stop() throws Exception {
    source.close();
    daemon.close();
    first.close();
    second.close();
    for (Socket socket : accepted) {
      socket.close();
    }
  }

  /** Accepts while it hangs too: the kernel does that for a process that is stopped. */
  private void serve(ServerSocket listener, boolean mayHang) {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        accepted.add(socket);
        if (!mayHang || !isHanging) {
          socket.getInputStream().read(new byte[1_024]);
          socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(US_ASCII));
          socket.close();
        }
      } catch (IOException e) {
        // the check has reset, or the test is over
      }
    }
  }

  @Test
  void takesATaskThatHangsOutOfTheTableWithinThreeSecondsAndBackWhenItAnswers() {
    await().until(() -> source.checks().tasks().size() == 2 && state() == EndpointState.READY);

    isHanging = true;
    long sinceNanos = System.nanoTime();
    await().pollInterval(Duration.ofMillis(10)).until(() -> state() == EndpointState.UNWELL);
    assertThat(Duration.ofNanos(System.nanoTime() - sinceNanos)).isLessThan(Duration.ofSeconds(3));

    Route web = Objects.requireNonNull(table.routes().get(PublishedPort.tcp(8080)));
    assertThat(web.withheld()).extracting(Endpoint::taskId).contains(HANGING);
    assertThat(web.endpoints()).extracting(Endpoint::state).containsOnly(EndpointState.READY);
    assertThat(source.checks().tasks().get(HANGING))
        .extracting(CheckStatus.TaskCheck::fault)
        .isEqualTo(
            "GET /up at 127.0.0.4:%d: no answer within 500 ms".formatted(first.getLocalPort()));

    isHanging = false;
    await().until(() -> state() == EndpointState.READY);
  }

  private EndpointState state() {
    control.doWork();
    Route web = table.routes().get(PublishedPort.tcp(8080));
    return web == null
        ? EndpointState.UNREACHABLE
        : Stream.of(web.endpoints(), web.withheld())
            .flatMap(List::stream)
            .filter(endpoint -> endpoint.taskId().equals(HANGING))
            .findFirst()
            .map(Endpoint::state)
            .orElse(EndpointState.UNREACHABLE);
  }
}
