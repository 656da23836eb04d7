package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.Latencies;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.RouteStats;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Parking;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.VirtualIp;
import io.tidegate.routing.VirtualPort;
import io.tidegate.routing.VirtualRoute;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Virtual addresses. Without rules that bring clients, one is reached by going to the foothold's
 * own port, at which the task listens too.
 */
@Timeout(60)
class VirtualPortsTest {

  private static final Inet4Address VIP = Inet4Address.ofLiteral("127.0.0.7");
  private static final Foothold FOOTHOLD = new Foothold("/proc/self/ns/net", "1", VIP);
  private static final PublishedPort ALL_TCP = new PublishedPort(1, 65_535, Protocol.TCP);
  private static final PublishedPort ALL_UDP = new PublishedPort(1, 65_535, Protocol.UDP);

  private ChunkedMap<VirtualPort, VirtualRoute> routes = ChunkedMap.empty();
  private long version;

  @BeforeEach
  void needsRoot() throws Exception {
    NetAdmin.assume();
  }

  private static ProxyFixture proxy(ConnectObserver observer) {
    return new ProxyFixture(
        ProxyFixture.config(Duration.ofSeconds(4), Duration.ofHours(1)),
        new TakenPortsTest.OwnNamespace(),
        SystemNanoClock.INSTANCE,
        observer);
  }

  private static ProxyFixture proxy() {
    return proxy(_ -> {});
  }

  private static ProxyFixture proxyOfOneShard() {
    return new ProxyFixture(
        ProxyFixture.configOfOneShard(),
        new TakenPortsTest.OwnNamespace(),
        SystemNanoClock.INSTANCE,
        _ -> {});
  }

  private static VirtualPort port(String network, Protocol protocol) {
    return new VirtualPort(network, VIP, protocol);
  }

  private static Route route(PublishedPort ports, String... tasks) {
    return route(ports, Policy.DEFAULT, tasks);
  }

  private static Route route(PublishedPort ports, Policy policy, String... tasks) {
    return new Route(
        ports,
        "service",
        "web",
        policy,
        Stream.of(tasks).map(VirtualPortsTest::endpoint).toList(),
        List.of(),
        List.of(),
        Publication.Means.VIRTUAL,
        true);
  }

  private static Endpoint endpoint(String task) {
    Reach reach =
        Reach.overlay(InetAddress.ofLiteral(task), FOOTHOLD.namespace(), "given by the test");
    return Endpoint.of(new Task(task, task, "node", TaskState.RUNNING, reach), 1);
  }

  private static VirtualRoute at(VirtualPort port, Route route) {
    VirtualIp ip = new VirtualIp(port.networkId(), port.networkId(), port.address());
    return new VirtualRoute(ip.in(FOOTHOLD.namespace()), route);
  }

  private void publish(ProxyFixture proxy, VirtualPort port, Route route) {
    routes = routes.with(port, at(port, route));
    publish(proxy);
  }

  private void publish(ProxyFixture proxy) {
    proxy.shards.publish(new RoutingTable(++version, Map.of()).with(routes));
    proxy.shards.settle();
  }

  /** Places a network where the port is free on the addresses of tasks, too. */
  private static int place(ProxyFixture proxy, String network) throws IOException {
    int port;
    do {
      port = proxy.shards.placeVirtual(network, FOOTHOLD);
    } while (!isFree("127.0.0.1", port) || !isFree("127.0.0.2", port));
    return port;
  }

  private static boolean isFree(String host, int port) {
    try (var _ = new ServerSocket(port, 1, InetAddress.ofLiteral(host))) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static TestTask task(String host, int port) {
    return TestTask.echoAt(new InetSocketAddress(InetAddress.ofLiteral(host), port));
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(VIP, port), 5_000);
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void assertAnswers(Socket client) throws IOException {
    client.getOutputStream().write(42);
    assertThat(client.getInputStream().read()).isEqualTo(42);
  }

  private static void assertReset(int port) {
    assertThatThrownBy(
            () -> {
              try (Socket client = connect(port)) {
                assertAnswers(client);
              }
            })
        .isInstanceOf(SocketException.class);
  }

  private static RouteStats stats(ProxyFixture proxy, String network) {
    RouteKey key = new RouteKey(ALL_TCP, "service", "web", network);
    return Objects.requireNonNull(proxy.shards.stats().routes().get(key));
  }

  private static long parked(ProxyFixture proxy) {
    return proxy.shards.stats().routes().values().stream()
        .mapToLong(route -> route.parking().parked())
        .sum();
  }

  @Test
  void leadsToThePortThatIsAskedForAndMakesNothingBeforeTheFirstClient() throws Exception {
    try (var proxy = proxy()) {
      publish(proxy, port("a", Protocol.TCP), route(ALL_TCP, "127.0.0.1"));
      publish(proxy, port("a", Protocol.UDP), route(ALL_UDP, "127.0.0.1"));
      int port = place(proxy, "a");
      assertThat(proxy.shards.stats().routes()).isEmpty();

      try (TestTask task = task("127.0.0.1", port);
          Socket client = connect(port)) {
        assertAnswers(client);
        assertThat(task.connections()).isEqualTo(1);
      }
      assertThat(proxy.shards.stats().routes()).hasSize(1);
      assertThat(stats(proxy, "a").connections()).containsEntry(ConnectionResult.OK, 1L);
    }
  }

  @Test
  void refusesAtOnceWhereNoTaskListensAndBlamesNone() throws Exception {
    Queue<Object> outcomes = new ConcurrentLinkedQueue<>();
    try (var proxy = proxy(outcomes::add)) {
      publish(proxy, port("a", Protocol.TCP), route(ALL_TCP, "127.0.0.1", "127.0.0.2"));
      int port = place(proxy, "a");

      for (int i = 0; i < 100; i++) {
        assertReset(port);
      }
      assertThat(stats(proxy, "a").connections()).containsEntry(ConnectionResult.REFUSED, 100L);
      try (TestTask task = task("127.0.0.2", port);
          Socket client = connect(port)) {
        assertAnswers(client);
        assertThat(task.connections()).isEqualTo(1);
      }
      assertThat(outcomes).isEmpty();
    }
  }

  @Test
  void hasClientsWaitWhileThereIsNoTask() throws Exception {
    try (var proxy = proxy()) {
      publish(proxy, port("a", Protocol.TCP), route(ALL_TCP));
      int port = place(proxy, "a");

      try (TestTask task = task("127.0.0.1", port);
          Socket client = connect(port)) {
        Await.until(() -> parked(proxy) == 1);
        publish(proxy, port("a", Protocol.TCP), route(ALL_TCP, "127.0.0.1"));
        assertAnswers(client);
        assertThat(task.connections()).isEqualTo(1);
      }
    }
  }

  @Test
  void hasClientsWaitForATaskThatHasListenedBefore() throws Exception {
    try (var proxy = proxyOfOneShard()) {
      publish(proxy, port("a", Protocol.TCP), route(ALL_TCP, "127.0.0.1"));
      int port = place(proxy, "a");
      assertAnsweredOnce(port);
      publish(proxy, port("a", Protocol.TCP), route(ALL_TCP, "127.0.0.2"));

      try (Socket client = connect(port)) {
        Await.until(() -> parked(proxy) == 1);
        try (TestTask task = task("127.0.0.2", port)) {
          assertAnswers(client);
          assertThat(task.connections()).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void refusesAtOnceWhereAClientHasWaitedInVain() throws Exception {
    Policy briefly =
        Policy.DEFAULT.withParking(Parking.DEFAULT.withTimeout(Duration.ofMillis(200)));
    try (var proxy = proxyOfOneShard()) {
      publish(proxy, port("a", Protocol.TCP), route(ALL_TCP, briefly, "127.0.0.1"));
      int port = place(proxy, "a");
      assertAnsweredOnce(port);

      for (int i = 0; i < 10; i++) {
        assertReset(port);
      }
      assertThat(parked(proxy)).isEqualTo(1);
    }
  }

  private static void assertAnsweredOnce(int port) throws IOException {
    try (TestTask task = task("127.0.0.1", port);
        Socket client = connect(port)) {
      assertAnswers(client);
      assertThat(task.connections()).isEqualTo(1);
    }
  }

  @Test
  void dropsAnAddressThatIsGoneWhileItsRelaysGoOn() throws Exception {
    try (var proxy = proxy()) {
      publish(proxy, port("a", Protocol.TCP), route(ALL_TCP, "127.0.0.1"));
      int port = place(proxy, "a");

      try (TestTask task = task("127.0.0.1", port);
          Socket client = connect(port)) {
        assertAnswers(client);
        routes = ChunkedMap.empty();
        publish(proxy);

        assertReset(port);
        assertAnswers(client);
        assertThat(proxy.shards.stats().shards()).containsEntry(ShardCounter.TAKEN_IN_VAIN, 1L);
        assertThat(task.connections()).isEqualTo(1);
      }
    }
  }

  @Test
  void takesNobodyAnyMoreWhereItHasLeftWhileRelaysGoOn() throws Exception {
    try (var proxy = proxy()) {
      publish(proxy, port("a", Protocol.TCP), route(ALL_TCP, "127.0.0.1"));
      int port = place(proxy, "a");

      try (TestTask task = task("127.0.0.1", port);
          Socket client = connect(port)) {
        assertAnswers(client);
        proxy.shards.leaveVirtual("a");

        assertThatThrownBy(() -> connect(port)).isInstanceOf(ConnectException.class);
        assertAnswers(client);
        assertThat(task.connections()).isEqualTo(1);
      }
      int again = place(proxy, "a");
      try (TestTask task = task("127.0.0.1", again);
          Socket client = connect(again)) {
        assertAnswers(client);
        assertThat(task.connections()).isEqualTo(1);
      }
    }
  }

  @Test
  void keepsNetworksApartThatGiveOutTheSameAddress() throws Exception {
    try (var proxy = proxy()) {
      publish(proxy, port("a", Protocol.TCP), route(ALL_TCP, "127.0.0.1"));
      publish(proxy, port("b", Protocol.TCP), route(ALL_TCP, "127.0.0.2"));
      int a = place(proxy, "a");
      int b = place(proxy, "b");

      try (TestTask taskOfA = task("127.0.0.1", a);
          TestTask taskOfB = task("127.0.0.2", b);
          Socket client = connect(a);
          Socket other = connect(b)) {
        assertAnswers(client);
        assertAnswers(other);
        assertThat(taskOfA.connections()).isEqualTo(1);
        assertThat(taskOfB.connections()).isEqualTo(1);
      }
      assertThat(stats(proxy, "a").connections()).containsEntry(ConnectionResult.OK, 1L);
      assertThat(stats(proxy, "b").connections()).containsEntry(ConnectionResult.OK, 1L);
    }
  }

  @Test
  void answersDatagramsFromTheAddressAndPortThatTheyCameTo() throws Exception {
    try (var proxy = proxy()) {
      int port = place(proxy, "a");
      publish(proxy, port("a", Protocol.UDP), route(ALL_UDP, "127.0.0.1"));

      try (var task = UdpTask.named("task", port);
          var client = new UdpProbe("127.0.0.7", port)) {
        assertThat(client.ask("one")).isEqualTo("task one");
        client.send(new byte[] {1});
        assertThat(client.receive(5_000).getSocketAddress())
            .isEqualTo(new InetSocketAddress(VIP, port));
        assertThat(task.received()).isEqualTo(2);
      }
    }
  }

  @Test
  void costsLittlePerAddress() throws Exception {
    int addresses = 2_000;
    try (var proxy = proxy()) {
      place(proxy, "a");
      publish(proxy);
      long before = usedBytes();
      for (int i = 0; i < addresses; i++) {
        InetAddress address =
            InetAddress.getByAddress(new byte[] {10, 0, (byte) (i >> 8), (byte) i});
        VirtualPort port = new VirtualPort("a", address, Protocol.TCP);
        routes = routes.with(port, at(port, route(ALL_TCP, "10.1.0.1", "10.1.0.2", "10.1.0.3")));
      }
      publish(proxy);
      assertThat((usedBytes() - before) / addresses).as("bytes per address").isLessThan(4_096);
      assertThat(proxy.shards.stats().routes()).isEmpty();
    }
  }

  @Test
  void costsLittlePerAddressThatIsCalled() {
    int addresses = 2_000;
    List<ServedRoute> called = new ArrayList<>(addresses);
    Latencies shared = new Latencies();
    ConnectStreaks streaks = new ConnectStreaks(SystemNanoClock.INSTANCE, _ -> {});
    Route route = route(ALL_TCP, "10.1.0.1", "10.1.0.2", "10.1.0.3");
    long before = usedBytes();
    for (int i = 0; i < addresses; i++) {
      called.add(called(route, new RouteCounters(shared), streaks));
    }
    assertThat((usedBytes() - before) / addresses).as("bytes per address").isLessThan(4_096);
    assertThat(called).hasSize(addresses);
  }

  /** A route on one shard after a client for each of its tasks. */
  private static ServedRoute called(Route route, RouteCounters counters, ConnectStreaks streaks) {
    ProxyConfig config = ProxyFixture.config(Duration.ofSeconds(4), Duration.ofHours(1));
    ServedRoute served =
        new ServedRoute(
            route,
            counters,
            RouteLimits.of(route.policy(), config, null, new Hedging(0)),
            null,
            streaks,
            RandomGenerator.getDefault(),
            SystemNanoClock.INSTANCE,
            port("a", Protocol.TCP));
    for (int i = 0; i < route.endpoints().size(); i++) {
      counters.connections(ConnectionResult.OK).increment();
      counters.connect.recordNanos(i);
      served.countersOf(i).relays.increment();
      counters.closes(CloseCause.FINISHED).increment();
      served.remember(80);
    }
    return served;
  }

  private static long usedBytes() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
