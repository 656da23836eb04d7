package io.tidegate.agent.linux;

import io.tidegate.mesh.Mesh;
import io.tidegate.metrics.Imitated;
import io.tidegate.metrics.RouteStats;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.RelayConfig;
import io.tidegate.proxy.Transparency;
import io.tidegate.proxy.UdpConfig;
import io.tidegate.proxy.UpstreamSockets;
import io.tidegate.routing.Cidr;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Fallback;
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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A client, a node and a task, each in a network namespace of its own, and a data path on the node.
 *
 * <pre>
 *   client ──────────────► node ── docker_gwbridge ── task
 *   192.0.2.2        192.0.2.1     172.31.9.1         172.31.9.3
 *   2001:db8::2    2001:db8::1     fd00:9::1          fd00:9::3
 * </pre>
 */
final class TransparentNode implements AutoCloseable {

  static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.2");
  static final InetAddress CLIENT_IPV6 = InetAddress.ofLiteral("2001:db8::2");
  static final InetAddress NODE = InetAddress.ofLiteral("192.0.2.1");
  static final InetAddress NODE_TOO = InetAddress.ofLiteral("192.0.2.9");
  static final InetAddress NODE_IPV6 = InetAddress.ofLiteral("2001:db8::1");
  static final InetAddress BRIDGE = InetAddress.ofLiteral("172.31.9.1");
  static final InetAddress TASK = InetAddress.ofLiteral("172.31.9.3");
  static final InetAddress TASK_IPV6 = InetAddress.ofLiteral("fd00:9::3");

  /** What a node knows of itself. */
  static final List<Cidr> NEAR =
      Stream.of("172.31.9.0/24", "fd00:9::/64", "192.0.2.1", "192.0.2.9", "2001:db8::1")
          .map(Cidr::parse)
          .toList();

  static final int PORT = 8080;
  static final int OTHER_PORT = 8081;
  private static final int TARGET = 80;

  final TestNamespace client;
  final TestNamespace node;
  final TestNamespace task;
  final Mesh mesh;

  TransparentNode() throws Exception {
    client = TestNamespace.add();
    node = TestNamespace.add();
    task = TestNamespace.add();
    connect();
    ProxyConfig config =
        new ProxyConfig(
            2,
            "::",
            Duration.ofSeconds(4),
            3,
            1024,
            RelayConfig.defaults(),
            new UdpConfig(Duration.ofSeconds(60), 10_000, 100_000));
    // Its threads are children of one that is there.
    mesh = inNode(() -> Mesh.start(config, UpstreamSockets.none("not in this test")));
    become(new Transparency(null, NEAR));
  }

  private void connect() throws IOException {
    TestNamespace.here("ip")
        .run(
            "",
            "link add c0 netns %s type veth peer name n0 netns %s"
                .formatted(client.name, node.name)
                .split(" "));
    TestNamespace.here("ip")
        .run(
            "",
            "link add t0 netns %s type veth peer name b0 netns %s"
                .formatted(task.name, node.name)
                .split(" "));
    node.run("ip link add docker_gwbridge type bridge");
    node.run("ip link set b0 master docker_gwbridge");
    for (String link : List.of("n0", "b0", "docker_gwbridge")) {
      node.run("ip link set " + link + " up");
    }
    client.run("ip link set c0 up");
    task.run("ip link set t0 up");
    give(client, "c0", "192.0.2.2/24", "2001:db8::2/64");
    give(node, "n0", "192.0.2.1/24", "2001:db8::1/64");
    node.run("ip address add 192.0.2.9/24 dev n0");
    give(node, "docker_gwbridge", "172.31.9.1/24", "fd00:9::1/64");
    give(task, "t0", "172.31.9.3/24", "fd00:9::3/64");
    task.run("ip route add default via 172.31.9.1");
    task.run("ip -6 route add default via fd00:9::1");
  }

  private static void give(TestNamespace to, String link, String ipv4, String ipv6)
      throws IOException {
    to.run("ip address add %s dev %s".formatted(ipv4, link));
    to.run("ip -6 address add %s dev %s nodad".formatted(ipv6, link));
  }

  /** Something that is done in a namespace. */
  interface Action<T> {
    T run() throws Exception;
  }

  private <T> T inNode(Action<T> action) throws IOException {
    return NetworkNamespaces.inside(node.path, action::run);
  }

  static <T> T in(TestNamespace namespace, Action<T> action) throws IOException {
    return NetworkNamespaces.inside(namespace.path, action::run);
  }

  void become(Transparency transparency) throws IOException {
    inNode(
        () -> {
          mesh.become(transparency);
          return transparency;
        });
    mesh.settle();
  }

  /** Publishes the task at two ports, of which clients may be many at once. */
  void publish(Protocol protocol, ClientIp told, Fallback fallback, InetAddress address)
      throws Exception {
    Policy policy =
        Policy.DEFAULT.withClientAddress(
            ClientAddress.DEFAULT.withTold(told).withFallback(fallback));
    Reach reach = Reach.local(address, "given by the test");
    Service service =
        new Service(
            "service",
            "web",
            policy,
            Stream.of(PORT, OTHER_PORT)
                .map(port -> new Publication(new PublishedPort(port, protocol), TARGET))
                .toList(),
            List.of(new Task("task", "web.1", "node", TaskState.RUNNING, reach)));
    mesh.offer(new Topology(List.of(service)));
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (mesh.listeners().stream().filter(listener -> listener.isBound()).count() < 2) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not bound: " + mesh.listeners());
      }
      Thread.onSpinWait();
    }
    mesh.settle();
  }

  void publish(Protocol protocol, InetAddress address) throws Exception {
    publish(protocol, ClientIp.TRANSPARENT, Fallback.OFF, address);
  }

  /** How often something has come of imitating clients. */
  long count(Imitated result) {
    return stats().mapToLong(route -> route.imitated().getOrDefault(result, 0L)).sum();
  }

  Stream<RouteStats> stats() {
    return mesh.stats().routes().values().stream();
  }

  static InetSocketAddress target(InetAddress task) {
    return new InetSocketAddress(task, TARGET);
  }

  @Override
  public void close() throws IOException {
    mesh.close();
    client.close();
    node.close();
    task.close();
  }
}
