package io.tidegate.agent.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tidegate.mesh.Mesh;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.RelayConfig;
import io.tidegate.proxy.UdpConfig;
import io.tidegate.routing.HopGate;
import io.tidegate.routing.HopKey;
import io.tidegate.routing.HopOffer;
import io.tidegate.routing.HopOffers;
import io.tidegate.routing.Node;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Two tasks behind the bridge of one node, each in a network namespace of its own, and on the node
 * both data paths of a hop: clients come to the near one, which passes them to the far one. Whoever
 * is asked answers with its name, and with the address by which it was asked if that is by TCP.
 */
final class StrayTasks implements AutoCloseable {

  static final InetAddress NEAR = InetAddress.ofLiteral("127.0.0.2");
  static final int PORT = 8080;
  private static final InetAddress FAR = InetAddress.ofLiteral("127.0.0.3");
  private static final int HOP_PORT = 9182;
  private static final int TARGET = 80;
  private static final HopKey SECRET = new HopKey(new byte[HopKey.BYTES]);

  final TestNamespace node = TestNamespace.add();
  final TestNamespace first = TestNamespace.add();
  final TestNamespace second = TestNamespace.add();
  private final Mesh near;
  private final Mesh far;

  StrayTasks() throws Exception {
    node.run("ip link add docker_gwbridge type bridge");
    node.run("ip link set docker_gwbridge up");
    node.run("ip address add 172.31.9.1/24 dev docker_gwbridge");
    node.run("ip address add fd00:9::1/64 dev docker_gwbridge nodad");
    connect(first, "b1");
    connect(second, "b2");
    start(first, "first");
    start(second, "second");
    near = startMesh(NEAR);
    far = startMesh(FAR);
    InetSocketAddress door = new InetSocketAddress(FAR, HOP_PORT);
    TransparentNode.in(
        node,
        () -> {
          far.hear(List.of(new HopGate(node.path.toString(), 1, door, SECRET)));
          return door;
        });
  }

  private void connect(TestNamespace task, String port) throws IOException {
    TestNamespace.here("ip")
        .run(
            "",
            "link add t0 netns %s type veth peer name %s netns %s"
                .formatted(task.name, port, node.name)
                .split(" "));
    node.run("ip link set " + port + " master docker_gwbridge");
    node.run("ip link set " + port + " up");
    task.run("ip link set t0 up");
  }

  private static void start(TestNamespace task, String name) throws IOException {
    ServerSocket server = TransparentNode.in(task, () -> new ServerSocket(TARGET, 1024));
    DatagramSocket datagrams = TransparentNode.in(task, () -> new DatagramSocket(TARGET));
    Thread.ofPlatform().daemon().start(() -> answer(server, name));
    Thread.ofPlatform().daemon().start(() -> answer(datagrams, name));
  }

  private static void answer(ServerSocket server, String name) {
    while (true) {
      try (Socket socket = server.accept()) {
        if (socket.getInputStream().read() >= 0) {
          String answer = name + " " + socket.getLocalAddress().getHostAddress();
          socket.getOutputStream().write(answer.getBytes(US_ASCII));
        }
      } catch (IOException e) {
        // The client is gone; the next one may not be.
      }
    }
  }

  private static void answer(DatagramSocket datagrams, String name) {
    byte[] answer = name.getBytes(US_ASCII);
    DatagramPacket packet = new DatagramPacket(new byte[64], 64);
    while (true) {
      try {
        datagrams.receive(packet);
        datagrams.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      } catch (IOException e) {
        // As above.
      }
    }
  }

  private Mesh startMesh(InetAddress bind) throws IOException {
    ProxyConfig config =
        new ProxyConfig(
            1,
            bind.getHostAddress(),
            Duration.ofSeconds(4),
            3,
            1024,
            RelayConfig.defaults(),
            new UdpConfig(Duration.ofSeconds(60), 10_000, 100_000));
    return TransparentNode.in(node, () -> Mesh.start(config, new NetworkNamespaces()));
  }

  /** A task at an address, as the far data path knows it. */
  static Task task(String id, InetAddress address, @Nullable TestNamespace home) {
    String path = home == null ? null : home.path.toString();
    Reach reach = Reach.local(address, path, "given by the test");
    return new Task(id, id, "far", TaskState.RUNNING, reach);
  }

  /** Has both know these tasks, and waits until that is in force. */
  void publish(Protocol protocol, Task... tasks) throws Exception {
    far.offer(new Topology(List.of(service(protocol, Arrays.stream(tasks)))));
    HopOffer offer =
        new HopOffer(
            new InetSocketAddress(FAR, HOP_PORT),
            node.path.toString(),
            "near",
            SECRET.derive("near"));
    Reach none = Reach.none("only through the other agent");
    near.offer(
        new Topology(
            List.of(service(protocol, Arrays.stream(tasks).map(task -> task.by(none)))),
            List.of(new Node("far", "far", FAR, new HopOffers(offer, null)))));
    for (Mesh mesh : List.of(far, near)) {
      long endNanos = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      while (!isInForce(mesh, tasks)) {
        if (System.nanoTime() - endNanos > 0) {
          throw new AssertionError("not in force: " + mesh.table());
        }
        Thread.onSpinWait();
      }
      mesh.settle();
    }
  }

  private static Service service(Protocol protocol, Stream<Task> tasks) {
    Publication publication = new Publication(new PublishedPort(PORT, protocol), TARGET);
    return new Service("service", "web", Policy.DEFAULT, List.of(publication), tasks.toList());
  }

  private static boolean isInForce(Mesh mesh, Task... tasks) {
    return mesh.listeners().stream().anyMatch(listener -> listener.isBound())
        && mesh.table().routes().values().stream()
                .flatMap(route -> route.endpoints().stream())
                .filter(
                    endpoint ->
                        endpoint.reach().kind() == Reach.Kind.HOP
                            || Arrays.stream(tasks)
                                .anyMatch(task -> task.reach().equals(endpoint.reach())))
                .count()
            == tasks.length;
  }

  /** Gives an address to a task. */
  void give(TestNamespace task, InetAddress address) throws IOException {
    task.run("ip address add %s dev t0 nodad".formatted(inNetwork(address)));
    node.run("ip neigh flush dev docker_gwbridge");
  }

  /** Takes an address from one task and gives it to another, as Docker does when one has ended. */
  void move(InetAddress address, TestNamespace from, TestNamespace to) throws IOException {
    from.run("ip address del %s dev t0".formatted(inNetwork(address)));
    give(to, address);
  }

  private static String inNetwork(InetAddress address) {
    return address.getHostAddress() + (address.getAddress().length == 4 ? "/24" : "/64");
  }

  /**
   * Who has answered a client of the near data path.
   *
   * @throws java.net.SocketTimeoutException if nobody has within that time
   */
  String ask(int timeoutMillis) throws IOException {
    return TransparentNode.in(
        node,
        () -> {
          try (Socket client = new Socket(NEAR, PORT)) {
            client.setSoTimeout(timeoutMillis);
            client.getOutputStream().write(1);
            return new String(client.getInputStream().readAllBytes(), US_ASCII);
          }
        });
  }

  /** How often the far data path refused clients of tasks that had lost their addresses. */
  long strayed() {
    return far.stats().shards().getOrDefault(ShardCounter.HOPS_STRAYED, 0L);
  }

  @Override
  public void close() throws IOException {
    near.close();
    far.close();
    first.close();
    second.close();
    node.close();
  }
}
