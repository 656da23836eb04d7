package io.tidegate.agent.takeover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.labels.Declared;
import io.tidegate.agent.labels.Labels;
import io.tidegate.agent.linux.NetworkNamespaces;
import io.tidegate.agent.linux.TestNamespace;
import io.tidegate.mesh.Mesh;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Ranges of ports with real rules and sockets: an agent and its tasks in one namespace, clients in
 * another.
 */
@Timeout(120)
class RangesTest {

  private static final String NODE = "192.0.2.1";
  private static final String NODE_IPV6 = "fd00:1::1";
  private static final String TASK = "10.30.0.4";
  private static final int[] ASKED = {10_000, 15_555, 20_000};
  private static final String[] NAMES = {"a", "b", "c"};
  private static final int SHARDS = 2;

  private TestNamespace node;
  private TestNamespace outside;
  // Where clients are.
  private TestNamespace clients;
  private final List<NamedTask> tasks = new ArrayList<>();
  private final List<Agent> running = new ArrayList<>();

  /** A data path and the keeper of its ranges, in the namespace of the node. */
  private final class Agent implements AutoCloseable {

    final Mesh mesh;
    final RangeKeeper keeper;

    Agent() throws IOException {
      ProxyConfig plain = ProxyConfig.defaults();
      ProxyConfig config =
          new ProxyConfig(
              SHARDS,
              "::",
              plain.connectTimeout(),
              plain.connectAttempts(),
              plain.backlog(),
              plain.relay(),
              plain.udp());
      mesh = node.inside(() -> Mesh.start(config, new NetworkNamespaces(), _ -> wake(), _ -> {}));
      keeper = RangeKeeper.of(mesh::table, new DataPath(mesh));
      running.add(this);
      node.inside(
          () -> {
            keeper.start(false);
            return this;
          });
    }

    private void wake() {
      keeper.wake();
    }

    Agent begin(String... publications) throws IOException {
      publish(publications);
      keeper.begin();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> keeper.status().ports().size() == ranges() && ranges() > 0);
      return this;
    }

    /** By a label of a single service. */
    void publish(String... publications) throws IOException {
      publish(Policy.DEFAULT, publications);
    }

    void publish(Policy policy, String... publications) throws IOException {
      List<Publication> published =
          publications.length == 0
              ? List.of()
              : Labels.PUBLISH
                  .parse(Declared.NOTHING, String.join(",", publications))
                  .publications();
      Reach reach = Reach.local(InetAddress.ofLiteral(TASK), "by the test");
      Task task = new Task("task", "web.1", "node", TaskState.RUNNING, reach);
      Service service = new Service("s", "web", policy, published, List.of(task));
      mesh.offer(new Topology(List.of(service), List.of()));
      await().until(() -> mesh.table().routes().size() == published.size());
      mesh.settle();
    }

    private long ranges() {
      return mesh.table().routes().keySet().stream().filter(port -> port.isRange()).count();
    }

    List<ListenerStatus> listeners() {
      return mesh.listeners().stream().map(keeper.status()::correct).toList();
    }

    /** Its end without a word: sockets are gone, and nothing else is done. */
    void kill() {
      running.remove(this);
      keeper.cease();
      mesh.close();
    }

    @Override
    public void close() throws IOException {
      // Its rules are those of the namespace that it is called in.
      node.inside(
          () -> {
            keeper.close();
            return this;
          });
      mesh.close();
    }
  }

  private record DataPath(Mesh mesh) implements RangePath {

    @Override
    public int gather() throws IOException {
      return mesh.gather();
    }

    @Override
    public void refuse(String why) {
      mesh.refuseRanges(why);
    }

    @Override
    public List<ListenerStatus> listeners() {
      mesh.settle();
      return mesh.listeners();
    }
  }

  @BeforeEach
  void begin() throws IOException {
    node = TestNamespace.add();
    outside = TestNamespace.add();
    clients = outside;
    node.run("ip link add lan type veth peer name wan netns " + outside.name);
    node.run("ip addr add " + NODE + "/24 dev lan");
    node.run("ip addr add 192.0.2.2/24 dev lan");
    node.run("ip addr add " + NODE_IPV6 + "/64 dev lan nodad");
    outside.run("ip addr add 192.0.2.9/24 dev wan");
    outside.run("ip addr add fd00:1::9/64 dev wan nodad");
    node.run("ip link add tasks type bridge");
    node.run("ip addr add " + TASK + "/24 dev tasks");
    for (String link : List.of("lan", "tasks")) {
      node.run("ip link set " + link + " up");
    }
    outside.run("ip link set wan up");
  }

  @AfterEach
  void end() throws IOException {
    for (Agent agent : List.copyOf(running)) {
      agent.close();
    }
    for (NamedTask task : tasks) {
      task.close();
    }
    if (node != null) {
      node.close();
    }
    if (outside != null) {
      outside.close();
    }
  }

  private void task(String name, String address, int port) throws IOException {
    tasks.add(new NamedTask(node, name, address, port));
  }

  private Socket connect(String host, int port) throws IOException {
    Socket socket =
        clients.inside(
            () -> {
              Socket connecting = new Socket();
              connecting.connect(new InetSocketAddress(InetAddress.ofLiteral(host), port), 5_000);
              return connecting;
            });
    socket.setSoTimeout(10_000);
    return socket;
  }

  /** Who answers a new connection, and whether all that is said to it comes back. */
  private String asked(String host, int port) throws IOException {
    try (Socket client = connect(host, port)) {
      String name = Character.toString(client.getInputStream().read());
      assertExact(client, 100_000);
      return name;
    }
  }

  private static void assertExact(Socket client, int bytes) throws IOException {
    byte[] said = new byte[bytes];
    new Random(bytes).nextBytes(said);
    Thread speaker =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    client.getOutputStream().write(said);
                  } catch (IOException e) {
                    // seen by who reads
                  }
                });
    assertThat(client.getInputStream().readNBytes(bytes)).isEqualTo(said);
    assertThat(speaker.isInterrupted()).isFalse();
  }

  private DatagramSocket datagrams() throws IOException {
    return clients.inside(DatagramSocket::new);
  }

  /** What is answered to a datagram, from where it was sent to. */
  private static String asked(DatagramSocket client, String host, int port) throws IOException {
    client.setSoTimeout(5_000);
    InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral(host), port);
    client.send(new DatagramPacket("?".getBytes(UTF_8), 1, to));
    DatagramPacket answer = new DatagramPacket(new byte[100], 100);
    client.receive(answer);
    assertThat(answer.getSocketAddress()).isEqualTo(to);
    return new String(answer.getData(), 0, answer.getLength(), UTF_8);
  }

  /** All rules and routes of the node. */
  private String rules() throws IOException {
    return node.run("nft --stateless list ruleset")
        + node.run("ip rule list")
        + node.run("ip -6 rule list")
        + node.run("ip -4 route show table all");
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  @Test
  void leadsEachPortOfARangeToOneOfItsOwn() throws Exception {
    for (int i = 0; i < ASKED.length; i++) {
      task(NAMES[i], TASK, ASKED[i] + 10_000);
    }
    Agent agent = new Agent().begin("10000-20000:20000-30000", "10000-20000:20000-30000/udp");

    assertThat(agent.mesh.table().routes()).hasSize(2);
    assertThat(agent.listeners()).allMatch(ListenerStatus::isBound);
    for (String host : List.of(NODE, NODE_IPV6)) {
      try (DatagramSocket client = datagrams()) {
        for (int i = 0; i < ASKED.length; i++) {
          assertThat(asked(host, ASKED[i])).isEqualTo(NAMES[i]);
          assertThat(asked(client, host, ASKED[i])).isEqualTo(NAMES[i] + "?");
          assertThat(asked(client, host, ASKED[i])).isEqualTo(NAMES[i] + "?");
        }
      }
    }
    assertThatThrownBy(() -> connect(NODE, 9_999)).isInstanceOf(ConnectException.class);
    assertThatThrownBy(() -> connect(NODE, 20_001)).isInstanceOf(ConnectException.class);
  }

  @Test
  void leadsAllPortsOfARangeToOne() throws Exception {
    task("a", TASK, 7_000);
    new Agent().begin("10000-20000:7000", "10000-20000:7000/udp");

    try (DatagramSocket client = datagrams()) {
      for (int port : ASKED) {
        for (String host : List.of(NODE, "192.0.2.2", NODE_IPV6)) {
          assertThat(asked(host, port)).isEqualTo("a");
          assertThat(asked(client, host, port)).isEqualTo("a?");
        }
      }
    }
  }

  @Test
  void servesClientsOfTheNodeItself() throws Exception {
    task("a", TASK, 7_000);
    new Agent().begin("10000-20000:7000", "10000-20000:7000/udp");
    clients = node;

    try (DatagramSocket client = datagrams()) {
      for (String host : List.of("127.0.0.1", NODE, "::1")) {
        assertThat(asked(host, 12_345)).isEqualTo("a");
        assertThat(asked(client, host, 12_345)).isEqualTo("a?");
      }
    }
  }

  @Test
  void costsOneSocketPerShardProtocolAndFamily() throws Exception {
    task("a", TASK, 7_000);
    Agent agent = new Agent().begin("10000-10001:7000", "10000-10001:7000/udp");
    long before = descriptors();

    agent.begin("10000-20000:7000", "10000-20000:7000/udp");

    assertThat(descriptors() - before).isLessThan(10);
    for (String loopback : List.of("127.0.0.1", "[::1]")) {
      assertThat(node.run("ss -Hltn src " + loopback).lines()).hasSize(SHARDS);
      assertThat(node.run("ss -Hlun src " + loopback).lines()).hasSize(SHARDS);
    }
  }

  @Test
  void leavesPortsToTheProgramsThatHaveThem() throws Exception {
    task("a", TASK, 7_000);
    task("p", NODE, 15_000);
    new Agent().begin("10000-20000:7000", "10000-20000:7000/udp");

    try (DatagramSocket client = datagrams()) {
      assertThat(asked(NODE, 15_000)).isEqualTo("p");
      assertThat(asked(client, NODE, 15_000)).isEqualTo("p?");
      // Of another address it has nothing.
      assertThat(asked("192.0.2.2", 15_000)).isEqualTo("a");
      assertThat(asked(client, "192.0.2.2", 15_000)).isEqualTo("a?");
    }
  }

  @Test
  void leavesRulesAndRoutesAsTheyWere() throws Exception {
    task("a", TASK, 7_000);
    String before = rules();
    Agent agent = new Agent().begin("10000-20000:7000");
    assertThat(rules()).isNotEqualTo(before);

    agent.publish();
    await().until(() -> rules().equals(before));
    assertThatThrownBy(() -> connect(NODE, 10_000)).isInstanceOf(ConnectException.class);

    agent.begin("10000-20000:7000");
    assertThat(asked(NODE, 10_000)).isEqualTo("a");
    running.remove(agent);
    agent.close();
    assertThat(rules()).isEqualTo(before);
  }

  @Test
  void refusesClientsWhereAnAgentWasKilledUntilOneIsBack() throws Exception {
    task("a", TASK, 7_000);
    new Agent().begin("10000-20000:7000").kill();

    assertThatThrownBy(() -> connect(NODE, 10_000)).isInstanceOf(ConnectException.class);

    new Agent().begin("10000-20000:7000");
    assertThat(asked(NODE, 10_000)).isEqualTo("a");
  }

  @Test
  void givesNewClientsToTheAgentThatFollowsWhileOldOnesFinish() throws Exception {
    task("a", TASK, 7_000);
    Agent first = new Agent().begin("10000-20000:7000", "10000-20000:7000/udp");
    try (Socket old = connect(NODE, 11_111);
        DatagramSocket client = datagrams()) {
      assertThat(old.getInputStream().read()).isEqualTo('a');
      first.keeper.cease();
      first.mesh.stopListening();
      // Still its own until the other's rules are in force.
      assertThat(asked(NODE, 10_000)).isEqualTo("a");
      assertThat(asked(client, NODE, 10_000)).isEqualTo("a?");

      new Agent().begin("10000-20000:7000", "10000-20000:7000/udp");
      assertExact(old, 1 << 20);
      assertThat(asked(client, NODE, 10_000)).isEqualTo("a?");
      old.shutdownOutput();
      assertThat(old.getInputStream().read()).isEqualTo(-1);
      assertThat(first.mesh.drain(Duration.ofSeconds(10))).isTrue();
      running.remove(first);
      first.close();

      assertThat(asked(NODE, 10_000)).isEqualTo("a");
      assertThat(asked(client, NODE, 10_000)).isEqualTo("a?");
    }
  }

  @Test
  void bringsClientsHereWithinAMomentAfterTheTable() throws Exception {
    Agent agent = new Agent().begin("10000-20000:7000/udp");
    List<Long> tookMillis = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      PublishedPort port = PublishedPort.parse("10000-%d/udp".formatted(20_001 + i));
      agent.publish(port.numbers() + ":7000/udp");
      spinUntil(() -> agent.mesh.table().routes().containsKey(port));
      long startNanos = System.nanoTime();
      spinUntil(() -> agent.keeper.status().ports().contains(port));
      tookMillis.add((System.nanoTime() - startNanos) / 1_000_000);
    }
    assertThat(tookMillis).as("milliseconds").anyMatch(took -> took < 50);
  }

  private static void spinUntil(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void servesARangeOnlyAtTheAddressesThatItsServiceWants() throws Exception {
    task("a", TASK, 7_000);
    Agent agent = new Agent().begin("10000-20000:7000");
    Policy bound =
        Objects.requireNonNull(Labels.named("tidegate.bind"))
            .parse(Declared.NOTHING, "127.0.0.0/8")
            .policy();
    agent.publish(bound, "10000-20000:7000");

    await()
        .atMost(Duration.ofSeconds(10))
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> connect(NODE, 10_000))
                    .isInstanceOf(ConnectException.class));
    assertThat(node.run("nft list table inet tidegate_ranges")).contains("ip daddr 127.0.0.1");
  }
}
