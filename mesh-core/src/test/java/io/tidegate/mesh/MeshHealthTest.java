package io.tidegate.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.EjectionStats;
import io.tidegate.metrics.EndpointStats;
import io.tidegate.metrics.RouteStats;
import io.tidegate.proxy.FreePort;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.RelayConfig;
import io.tidegate.proxy.UdpConfig;
import io.tidegate.proxy.UpstreamSockets;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Ejection.Cause;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Node;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Testimony;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From a task that refuses to a table without it, with real sockets and threads. */
@Timeout(60)
class MeshHealthTest {

  private static final ProxyConfig CONFIG =
      new ProxyConfig(
          2,
          "127.0.0.1",
          Duration.ofSeconds(4),
          3,
          1024,
          RelayConfig.defaults(),
          UdpConfig.defaults());

  @Test
  void ejectsATaskWhosePortRefusesAfterThreeConnectsAndNoClientNotices() throws Exception {
    PublishedPort port = PublishedPort.tcp(FreePort.any());
    try (ServerSocket task = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        Mesh mesh = Mesh.start(CONFIG, UpstreamSockets.none("not in this test"))) {
      Thread.ofVirtual().start(() -> answerAll(task));
      mesh.offer(web(port, FreePort.any(), task.getLocalPort()));
      Awaitility.await().until(() -> mesh.listeners().stream().anyMatch(l -> l.isBound()));
      int clients = 0;
      while (route(mesh, port).withheld().isEmpty()) {
        ask(port);
        clients++;
      }
      for (int i = 0; i < 500; i++) {
        ask(port);
        clients++;
      }
      Endpoint ejected = route(mesh, port).withheld().getFirst();
      assertThat(ejected.state()).isEqualTo(EndpointState.EJECTED);
      assertThat(mesh.timeLeft(Objects.requireNonNull(ejected.ejection())))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(12));
      assertThat(mesh.ejections().values())
          .containsExactly(
              new EjectionStats(
                  Map.of(Cause.WITNESSES, 0L, Cause.CONNECT_FAILURES, 1L, Cause.NODE_SILENT, 0L),
                  0));
      RouteStats stats = mesh.stats().routes().values().iterator().next();
      assertThat(stats.endpoints().values().stream().mapToLong(EndpointStats::connectFailures))
          .containsOnlyOnce(3L);
      assertThat(stats.connectRetries()).isEqualTo(3);
      assertThat(clients).isGreaterThan(500);
    }
  }

  @Test
  void tellsOtherNodesOfATaskThatRefusesOnceAnotherOneHasAnswered() throws Exception {
    PublishedPort port = PublishedPort.tcp(FreePort.any());
    List<Testimony> told = new CopyOnWriteArrayList<>();
    InetAddress address = InetAddress.ofLiteral("127.0.0.2");
    try (ServerSocket well = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        Mesh mesh =
            Mesh.start(CONFIG, UpstreamSockets.none("not in this test"), _ -> {}, told::addAll)) {
      Thread.ofVirtual().start(() -> answerAll(well));
      int refusing = FreePort.any();
      Task bad =
          new Task("bad", "web.1", "self", TaskState.RUNNING, Reach.local(address, "by the test"));
      Service web =
          new Service(
              "s1",
              "web",
              BalancingPolicy.P2C,
              List.of(new Publication(port, refusing)),
              List.of(bad, task(well.getLocalPort())));
      mesh.offer(new Topology(List.of(web), List.of(new Node("other", "", address))));
      Awaitility.await().until(() -> mesh.listeners().stream().anyMatch(l -> l.isBound()));
      while (route(mesh, port).withheld().isEmpty()) {
        ask(port);
      }
      Awaitility.await().until(() -> !told.isEmpty());
      assertThat(told)
          .singleElement()
          .satisfies(
              testimony -> {
                assertThat(testimony.taskId()).isEqualTo("bad");
                assertThat(testimony.targetPort()).isEqualTo(refusing);
                assertThat(testimony.isEjected()).isTrue();
                assertThat(testimony.hold())
                    .isBetween(Duration.ofSeconds(12), Duration.ofSeconds(17));
              });
    }
  }

  private static void ask(PublishedPort port) throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port.number())) {
      assertThat(client.getInputStream().read()).isEqualTo(42);
    }
  }

  private static void answerAll(ServerSocket task) {
    while (!task.isClosed()) {
      try (Socket client = task.accept()) {
        client.getOutputStream().write(42);
      } catch (IOException e) {
        return;
      }
    }
  }

  private static Route route(Mesh mesh, PublishedPort port) {
    return Objects.requireNonNull(mesh.table().routes().get(port));
  }

  private static Topology web(PublishedPort port, int... taskPorts) {
    List<Task> tasks = IntStream.of(taskPorts).mapToObj(MeshHealthTest::task).toList();
    return new Topology(
        List.of(
            new Service(
                "s1", "web", BalancingPolicy.P2C, List.of(new Publication(port, 80)), tasks)));
  }

  private static Task task(int port) {
    Reach reach = Reach.direct(InetAddress.getLoopbackAddress(), port, "given by the test");
    return new Task("t" + port, "web." + port, "node-" + port, TaskState.RUNNING, reach);
  }
}
