package io.tidegate.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.RouteStats;
import io.tidegate.overload.Resource;
import io.tidegate.proxy.FreePort;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.RelayConfig;
import io.tidegate.proxy.UdpConfig;
import io.tidegate.proxy.UpstreamSockets;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From clients that hold all that there is to room for others, with real sockets and threads. */
@Timeout(60)
class MeshOverloadTest {

  private static final int RELAYS = 300;

  @Test
  void makesRoomForOthersWhereSilentClientsHoldAllThatThereIs() throws Exception {
    PublishedPort port = PublishedPort.tcp(FreePort.any());
    List<Socket> silent = new ArrayList<>();
    try (ServerSocket task = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        Mesh mesh = Mesh.start(config(), UpstreamSockets.none("not in this test"))) {
      Thread.ofVirtual().start(() -> answerAll(task));
      mesh.offer(web(port, task.getLocalPort()));
      Awaitility.await().until(() -> mesh.listeners().stream().anyMatch(l -> l.isBound()));
      assertThat(mesh.pressure().ratios().keySet())
          .contains(Resource.DESCRIPTORS, Resource.CONNECTIONS, Resource.DIRECT_MEMORY);
      for (int i = 0; i < RELAYS; i++) {
        silent.add(new Socket(InetAddress.getLoopbackAddress(), port.number()));
      }
      Awaitility.await().until(() -> mesh.pressure().restraint().isPaused());
      assertThat(mesh.pressure().pauses()).isEqualTo(1);
      assertThat(mesh.pressure().scarcest()).isEqualTo(Resource.CONNECTIONS);

      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port.number())) {
        client.setSoTimeout(20_000);
        client.getOutputStream().write(7);
        assertThat(client.getInputStream().read()).isEqualTo(7);
      }
      Awaitility.await().until(() -> !mesh.pressure().restraint().isPaused());
      RouteStats stats = mesh.stats().routes().values().iterator().next();
      assertThat(stats.closes().getOrDefault(CloseCause.OVERLOAD, 0L)).isPositive();
      assertThat(stats.closes()).containsEntry(CloseCause.IDLE, 0L);
    } finally {
      for (Socket client : silent) {
        client.close();
      }
    }
  }

  private static ProxyConfig config() {
    RelayConfig relay =
        RelayConfig.defaults().withRelays(RELAYS).withIdleTimeout(Duration.ofSeconds(30));
    // With several, the kernel's choice could fill one of them and leave the sum below the mark.
    return new ProxyConfig(
        1, "127.0.0.1", Duration.ofSeconds(4), 3, 1024, relay, UdpConfig.defaults());
  }

  private static void answerAll(ServerSocket task) {
    while (!task.isClosed()) {
      try {
        Socket client = task.accept();
        Thread.ofVirtual().start(() -> answer(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void answer(Socket client) {
    try (client) {
      for (int next = client.getInputStream().read();
          next >= 0;
          next = client.getInputStream().read()) {
        client.getOutputStream().write(next);
      }
    } catch (IOException e) {
      // the other end is gone
    }
  }

  private static Topology web(PublishedPort port, int taskPort) {
    Reach reach = Reach.direct(InetAddress.getLoopbackAddress(), taskPort, "given by the test");
    Task task = new Task("t1", "web.1", "n1", TaskState.RUNNING, reach);
    return new Topology(
        List.of(
            new Service(
                "s1",
                "web",
                BalancingPolicy.P2C,
                List.of(new Publication(port, 80)),
                List.of(task))));
  }
}
