package io.tidegate.agent.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.FreePort;
import io.tidegate.mesh.Mesh;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.RelayConfig;
import io.tidegate.proxy.UdpConfig;
import io.tidegate.proxy.UpstreamSockets;
import io.tidegate.routing.HopGate;
import io.tidegate.routing.HopKey;
import io.tidegate.routing.HopOffer;
import io.tidegate.routing.HopOffers;
import io.tidegate.routing.HopWay;
import io.tidegate.routing.Node;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two data paths that know nothing of TLS, with tunnels between them. */
@Timeout(60)
class HopByTlsTest {

  private static final InetAddress NEAR = InetAddress.ofLiteral("127.0.0.2");
  private static final InetAddress FAR = InetAddress.ofLiteral("127.0.0.3");
  private static final HopKey SECRET = new HopKey(new byte[HopKey.BYTES]);
  private static final Policy TLS = Policy.DEFAULT.withHop(HopWay.TLS);

  @TempDir private Path dir;
  private TunnelNodes nodes;
  private ServerSocket task;
  private Mesh near;
  private Mesh far;
  private int port;

  @BeforeEach
  void open() throws Exception {
    nodes = new TunnelNodes(dir);
    nodes.inside.close();
    task = nodes.closing(new ServerSocket(0, 64, Tunnels.LOOPBACK));
    Thread.ofVirtual().start(this::echo);
    port = FreePort.any();
    near = nodes.closing(mesh(NEAR));
    far = nodes.closing(mesh(FAR));
    far.hear(List.of(HopGate.ofTunnels(nodes.far.inside(), SECRET)));
    publish(far, new Topology(List.of(service(TLS, task(Reach.local(Tunnels.LOOPBACK, "test"))))));
  }

  @AfterEach
  void close() throws Exception {
    nodes.close();
  }

  private static Mesh mesh(InetAddress bind) {
    return Mesh.start(
        new ProxyConfig(
            2,
            bind.getHostAddress(),
            Duration.ofSeconds(4),
            3,
            1024,
            RelayConfig.defaults(),
            new UdpConfig(Duration.ofSeconds(60), 10_000, 100_000)),
        UpstreamSockets.none("no namespaces here"));
  }

  private void echo() {
    while (!task.isClosed()) {
      try {
        Socket client = task.accept();
        Thread.ofVirtual().start(() -> echo(client));
      } catch (IOException e) {
        // the test is over, or this client is
      }
    }
  }

  private static void echo(Socket client) {
    try (client) {
      client.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException e) {
      // the client is gone
    }
  }

  private HopOffer offer(InetSocketAddress entry) {
    return new HopOffer(entry, null, TunnelNodes.NEAR, SECRET.derive(TunnelNodes.NEAR));
  }

  private void publish(Mesh mesh, Topology topology) {
    mesh.offer(topology);
    await()
        .until(
            () ->
                mesh.table().routes().values().stream()
                    .anyMatch(
                        route ->
                            route.endpoints().size()
                                == topology.services().getFirst().tasks().size()));
    mesh.settle();
    await().until(() -> mesh.listeners().stream().allMatch(listener -> listener.isBound()));
  }

  private Service service(Policy policy, Task... tasks) {
    Publication publication = new Publication(PublishedPort.tcp(port), task.getLocalPort());
    return new Service("service", "web", policy, List.of(publication), List.of(tasks));
  }

  private static Task task(Reach reach) {
    return new Task("task", "web.1", "far", TaskState.RUNNING, reach);
  }

  private Socket connect() throws IOException {
    return nodes.connect(new InetSocketAddress(NEAR, port));
  }

  @Test
  void aClientIsPassedToItsTaskByTls() throws Exception {
    Reach overlay = Reach.overlay(Tunnels.LOOPBACK, "ingress_sbox", "not to be taken");
    Node other = new Node("far", "far", FAR, new HopOffers(null, offer(nodes.entry)));
    publish(near, new Topology(List.of(service(TLS, task(overlay))), List.of(other)));
    byte[] said = new byte[8 << 20];
    new Random(1).nextBytes(said);
    Socket client = connect();
    CompletableFuture<byte[]> heard =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return client.getInputStream().readAllBytes();
              } catch (IOException e) {
                return new byte[0];
              }
            });
    client.getOutputStream().write(said);
    client.shutdownOutput();
    assertThat(Arrays.equals(heard.join(), said)).isTrue();
    assertThat(nodes.near.status().out().opened()).isPositive();
    assertThat(near.table().routes().values().iterator().next().detours()).isEmpty();
  }

  @Test
  void anotherTaskIsTriedWhereANodeIsGone() throws Exception {
    var closed = new InetSocketAddress(Tunnels.LOOPBACK, FreePort.any());
    InetSocketAddress dead = Objects.requireNonNull(nodes.near.entryTo("gone", closed));
    Reach none = Reach.none("only by another agent");
    Task lost = new Task("lost", "web.2", "gone", TaskState.RUNNING, none);
    publish(
        near,
        new Topology(
            List.of(service(TLS, task(none), lost)),
            List.of(
                new Node("far", "far", FAR, new HopOffers(null, offer(nodes.entry))),
                new Node("gone", "gone", FAR, new HopOffers(null, offer(dead))))));
    for (int i = 0; i < 20; i++) {
      try (Socket client = connect()) {
        client.getOutputStream().write(i);
        assertThat(client.getInputStream().read()).isEqualTo(i);
      }
    }
    assertThat(nodes.near.status().out().failed()).isPositive();
  }
}
