package io.tidegate.proxy;

import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteStats;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Node;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/** A data path on loopback with real sockets, whose tables a test publishes by hand. */
final class ProxyFixture implements AutoCloseable {

  static final int SHARDS = 2;

  final Shards shards;
  private final SortedMap<PublishedPort, Route> routes = new TreeMap<>();
  private long version;

  ProxyFixture() {
    this(config(Duration.ofSeconds(4), Duration.ofHours(1)));
  }

  ProxyFixture(ProxyConfig config) {
    this(config, UpstreamSockets.none("not in this test"));
  }

  ProxyFixture(ProxyConfig config, UpstreamSockets sockets) {
    this(config, sockets, SystemNanoClock.INSTANCE, _ -> {});
  }

  ProxyFixture(ProxyConfig config, NanoClock clock) {
    this(config, clock, _ -> {});
  }

  ProxyFixture(ProxyConfig config, NanoClock clock, ConnectObserver observer) {
    this(config, UpstreamSockets.none("not in this test"), clock, observer);
  }

  ProxyFixture(
      ProxyConfig config, UpstreamSockets sockets, NanoClock clock, ConnectObserver observer) {
    SplittableGenerator random =
        RandomGeneratorFactory.<SplittableGenerator>of("L64X128MixRandom").create(42);
    shards = new Shards(config, sockets, clock, random, observer);
  }

  static ProxyConfig config(Duration connectTimeout, Duration idleTimeout) {
    return config(connectTimeout, RelayConfig.defaults().withIdleTimeout(idleTimeout));
  }

  static ProxyConfig config(RelayMode mode, int pipes) {
    return config(Duration.ofSeconds(4), RelayConfig.defaults().withMode(mode).withPipes(pipes));
  }

  static ProxyConfig configWithRelays(int relays) {
    return config(Duration.ofSeconds(4), RelayConfig.defaults().withRelays(relays));
  }

  static ProxyConfig config(Duration connectTimeout, RelayMode mode) {
    return config(connectTimeout, RelayConfig.defaults().withMode(mode));
  }

  private static ProxyConfig config(Duration connectTimeout, RelayConfig relay) {
    UdpConfig udp = new UdpConfig(Duration.ofSeconds(60), 1_000, 100_000);
    return new ProxyConfig(SHARDS, "127.0.0.1", connectTimeout, 3, 1024, relay, udp);
  }

  /** A data path of one shard. */
  static ProxyConfig configOfOneShard() {
    RelayConfig relay = RelayConfig.defaults();
    return new ProxyConfig(
        1, "127.0.0.1", Duration.ofSeconds(4), 3, 1024, relay, UdpConfig.defaults());
  }

  /** A data path that takes one connection at a time. */
  static ProxyConfig configOfOneRelay(Duration connectTimeout) {
    ProxyConfig plain = config(connectTimeout, RelayConfig.defaults().withRelays(1));
    return new ProxyConfig(
        1, plain.bindAddress(), connectTimeout, 3, 1024, plain.relay(), plain.udp());
  }

  /** A data path for UDP, of one shard on every address of both families. */
  static ProxyConfig config(UdpConfig udp) {
    return new ProxyConfig(1, "::", Duration.ofSeconds(4), 3, 1024, RelayConfig.defaults(), udp);
  }

  static int freePort() {
    return FreePort.any();
  }

  /** Serves a fresh port from the given addresses and waits until it is bound. */
  int serve(InetSocketAddress... endpoints) {
    int port = freePort();
    publish(port, endpoints);
    awaitBound(port);
    return port;
  }

  void publish(int port, InetSocketAddress... endpoints) {
    publish(port, TaskState.RUNNING, endpoints);
  }

  /** The same with tasks that are in a state of which nothing else is to be had. */
  void publish(int port, TaskState state, InetSocketAddress... endpoints) {
    PublishedPort published = PublishedPort.tcp(port);
    routes.put(published, route(published, state, endpoints));
    publish();
  }

  /** Serves a fresh port by a policy and waits until it is bound. */
  int serve(Protocol protocol, Policy policy, InetSocketAddress... endpoints) {
    int port = freePort();
    publish(new PublishedPort(port, protocol), policy, endpoints);
    awaitBound(port);
    return port;
  }

  void publish(PublishedPort published, Policy policy, InetSocketAddress... endpoints) {
    Route plain = route(published, endpoints);
    routes.put(
        published,
        new Route(
            published,
            plain.serviceId(),
            plain.serviceName(),
            policy,
            plain.endpoints(),
            List.of(),
            List.of()));
    publish();
  }

  /** Puts one route in force, whatever it is. */
  void publish(Route route) {
    routes.put(route.port(), route);
    publish();
  }

  /** The same for UDP. */
  int serveUdp(int responses, InetSocketAddress... endpoints) {
    int port = freePort();
    publishUdp(port, responses, endpoints);
    awaitBound(port);
    return port;
  }

  void publishUdp(int port, int responses, InetSocketAddress... endpoints) {
    publishUdp(port, responses, List.of(), endpoints);
  }

  /** The same with tasks that drain. */
  void publishUdp(
      int port, int responses, List<InetSocketAddress> draining, InetSocketAddress... endpoints) {
    PublishedPort published = new PublishedPort(port, Protocol.UDP);
    Route plain = route(published, endpoints);
    routes.put(
        published,
        new Route(
            published,
            plain.serviceId(),
            plain.serviceName(),
            new Policy(BalancingPolicy.P2C, responses),
            plain.endpoints(),
            List.of(),
            draining.stream().map(address -> endpoint(address, TaskState.DRAINING)).toList()));
    publish();
  }

  /** Serves the port on which another node listens, with a detour to it. */
  int serveWithDetour(InetSocketAddress endpoint, InetSocketAddress node) {
    int port = node.getPort();
    PublishedPort published = PublishedPort.tcp(port);
    Route plain = route(published, endpoint);
    routes.put(
        published,
        new Route(
            published,
            plain.serviceId(),
            plain.serviceName(),
            plain.policy(),
            plain.endpoints(),
            List.of(new Node("node-" + port, node.getAddress())),
            List.of()));
    publish();
    awaitBound(port);
    return port;
  }

  /** Serves a fresh port from one task that is dialled from another network namespace. */
  int serveFrom(String namespace, InetSocketAddress task) {
    int port = freePort();
    serveFrom(namespace, port, task);
    awaitBound(port);
    return port;
  }

  /** The same on a given port. */
  void serveFrom(String namespace, int port, InetSocketAddress task) {
    PublishedPort published = PublishedPort.tcp(port);
    Reach reach = Reach.overlay(task.getAddress(), namespace, "given by the test");
    routes.put(
        published,
        new Route(
            published,
            "service-" + port,
            "web",
            BalancingPolicy.P2C,
            List.of(
                Endpoint.of(
                    new Task("task", "task", "node", TaskState.RUNNING, reach), task.getPort())),
            List.of(),
            List.of()));
    publish();
  }

  void withdraw(int port) {
    routes.keySet().removeIf(published -> published.number() == port);
    publish();
  }

  private void publish() {
    shards.publish(new RoutingTable(++version, routes));
  }

  void awaitBound(int port) {
    Await.until(
        () ->
            shards.listeners().stream()
                .anyMatch(status -> status.port().number() == port && status.isBound()));
  }

  Socket connect(int port) throws IOException {
    return connectFrom("127.0.0.1", port);
  }

  Socket connectFrom(String address, int port) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(address, 0));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
    socket.setSoTimeout(20_000);
    return socket;
  }

  RouteStats stats(int port) {
    MeshStats stats = shards.stats();
    return stats.routes().entrySet().stream()
        .filter(entry -> entry.getKey().port().number() == port)
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  private static Route route(PublishedPort port, InetSocketAddress... addresses) {
    return route(port, TaskState.RUNNING, addresses);
  }

  private static Route route(PublishedPort port, TaskState state, InetSocketAddress... addresses) {
    return new Route(
        port,
        "service-" + port.number(),
        "web",
        BalancingPolicy.P2C,
        Stream.of(addresses).map(address -> endpoint(address, state)).toList(),
        List.of(),
        List.of());
  }

  static Endpoint endpoint(InetSocketAddress address, TaskState state) {
    Reach reach = Reach.direct(address.getAddress(), address.getPort(), "given by the test");
    String id = "task-" + address.getPort();
    return Endpoint.of(new Task(id, id, "node", state, reach), address.getPort());
  }

  @Override
  public void close() {
    shards.close();
  }
}
