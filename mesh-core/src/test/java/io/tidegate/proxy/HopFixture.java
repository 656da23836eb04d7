package io.tidegate.proxy;

import io.netty.channel.epoll.LinuxSocket;
import io.tidegate.kernel.TcpSocket;
import io.tidegate.metrics.EndpointStats;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.overload.Resource;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.ConnectOutcome;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.HopGate;
import io.tidegate.routing.HopKey;
import io.tidegate.routing.HopOffer;
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
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.agrona.concurrent.SystemNanoClock;

/** Two data paths on loopback: clients come to the near one, tasks are on the far one's node. */
final class HopFixture implements AutoCloseable {

  static final String NEAR_ID = "near";

  /** The home of a task that has lost its address. */
  static final String LEFT = "left";

  /** The home of a task of which nothing can be told. */
  static final String UNTOLD = "untold";

  /** Ones that are all in the namespace of the test. */
  static final UpstreamSockets SOCKETS =
      new UpstreamSockets() {
        @Override
        public int openStream(String namespace, boolean ipv6) throws IOException {
          return TcpSocket.open(ipv6).intValue();
        }

        @Override
        public int openDatagram(String namespace, boolean ipv6) {
          return LinuxSocket.newSocketDgram(ipv6).intValue();
        }

        @Override
        public boolean holds(String namespace, InetAddress address) throws IOException {
          if (namespace.equals(UNTOLD)) {
            throw new IOException(namespace + ": nobody tells");
          }
          return !namespace.equals(LEFT);
        }
      };

  /** What the near node says of endpoints. */
  final List<ConnectOutcome> outcomes = new CopyOnWriteArrayList<>();

  final ProxyFixture near;
  final ProxyFixture far;
  final InetSocketAddress farAddress =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), ProxyFixture.freePort());
  private final HopKey secret = new HopKey(new byte[HopKey.BYTES]);
  private Policy policy = Policy.DEFAULT;
  private final int farPort = ProxyFixture.freePort();

  HopFixture() {
    this(ProxyFixture.configOfOneShard());
  }

  /** Both by the same configuration. */
  HopFixture(ProxyConfig config) {
    near = new ProxyFixture(config, SOCKETS, SystemNanoClock.INSTANCE, outcomes::add);
    far = new ProxyFixture(config, SOCKETS);
    hear();
  }

  void hear() {
    far.shards.hear(List.of(new HopGate("ingress_sbox", 1, farAddress, secret)));
    far.shards.settle();
  }

  /** Has the far node hear who comes through tunnels, and nobody else. */
  void hearTunnels() {
    far.shards.hear(List.of(HopGate.ofTunnels(farAddress, secret)));
    far.shards.settle();
  }

  void hearNobody() {
    far.shards.hear(List.of());
    far.shards.settle();
  }

  /** Where the far node publishes what the near one passes on. */
  int farPort() {
    return farPort;
  }

  HopOffer offer() {
    return new HopOffer(farAddress, "ingress_sbox", NEAR_ID, secret.derive(NEAR_ID));
  }

  /** A task of the far node as the far data path has it. */
  static Endpoint local(InetSocketAddress task) {
    Reach reach = Reach.local(task.getAddress(), "given by the test");
    return endpoint(task, reach);
  }

  /** The same with a network namespace of its own. */
  static Endpoint local(InetSocketAddress task, String home) {
    return endpoint(task, Reach.local(task.getAddress(), home, "given by the test"));
  }

  /** The same as the near one has it. */
  Endpoint passed(InetSocketAddress task, HopOffer offer) {
    return endpoint(task, Reach.hop(offer, farPort, "given by the test"));
  }

  private static Endpoint endpoint(InetSocketAddress task, Reach reach) {
    String id = "task-" + task.getPort();
    return Endpoint.of(new Task(id, id, "far", TaskState.RUNNING, reach), task.getPort());
  }

  /** What the far node knows of its tasks; waits until that is in force. */
  void tellFar(Endpoint... endpoints) {
    tellFar(Protocol.TCP, policy, endpoints);
  }

  void tellFar(Protocol protocol, Policy policy, Endpoint... endpoints) {
    far.publish(route(new PublishedPort(farPort, protocol), policy, endpoints));
    far.awaitBound(farPort);
    far.shards.settle();
  }

  /** The same by a policy of the route's own. */
  void tellFar(Policy own, Endpoint... endpoints) {
    tellFar(Protocol.TCP, own, endpoints);
  }

  /** Serves a fresh port of the near node from endpoints. */
  int serve(Endpoint... endpoints) {
    return serve(Protocol.TCP, policy, endpoints);
  }

  int serve(Protocol protocol, Policy policy, Endpoint... endpoints) {
    int port = ProxyFixture.freePort();
    publish(new PublishedPort(port, protocol), policy, endpoints);
    near.awaitBound(port);
    return port;
  }

  void publish(PublishedPort port, Policy policy, Endpoint... endpoints) {
    near.publish(route(port, policy, endpoints));
    near.shards.settle();
  }

  /** Serves a fresh port of the near node from tasks of the far one. */
  int serveFromFar(InetSocketAddress... tasks) {
    return serveFromFar(Protocol.TCP, policy, tasks);
  }

  int serveFromFar(Protocol protocol, Policy policy, InetSocketAddress... tasks) {
    Endpoint[] local = new Endpoint[tasks.length];
    Endpoint[] passed = new Endpoint[tasks.length];
    for (int i = 0; i < tasks.length; i++) {
      local[i] = local(tasks[i]);
      passed[i] = passed(tasks[i], offer());
    }
    tellFar(protocol, policy, local);
    return serve(protocol, policy, passed);
  }

  /** Routes that are published from now on have their tasks told who their clients are. */
  void tellWho(ClientIp told) {
    policy = Policy.DEFAULT.withClientAddress(ClientAddress.DEFAULT.withTold(told));
  }

  private static Route route(PublishedPort port, Policy policy, Endpoint... endpoints) {
    return new Route(port, "service", "web", policy, List.of(endpoints), List.of(), List.of());
  }

  /** Waits until the far node has no UDP session any more, and has closed what they had. */
  void awaitFarSessionsGone() {
    Await.until(() -> far.stats(farPort).active() == 0);
    far.shards.settle();
  }

  /** What the far node has counted. */
  long count(ShardCounter counter) {
    return far.shards.stats().shards().getOrDefault(counter, 0L);
  }

  /** What is in use of the places that there are, 0 to 1. */
  static double places(ProxyFixture data) {
    return Objects.requireNonNull(data.shards.gauges().get(Resource.CONNECTIONS)).get().orElse(0);
  }

  /** What a near port has against its tasks. */
  long connectFailures(int port) {
    return near.stats(port).endpoints().values().stream()
        .mapToLong(EndpointStats::connectFailures)
        .sum();
  }

  /**
   * Has connections that are kept warm end, and waits until nothing is left open on either side.
   */
  void awaitNothingOpen() {
    hearNobody();
    Await.until(() -> places(near) == 0 && places(far) == 0);
  }

  @Override
  public void close() {
    near.close();
    far.close();
  }
}
