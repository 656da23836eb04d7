package io.tidegate.agent.takeover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.linux.NetworkNamespaces;
import io.tidegate.mesh.Mesh;
import io.tidegate.proxy.Foothold;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.proxy.ProxyConfig;
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
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ports that are taken over from what stands in for Docker's mesh, with real rules. */
@Timeout(120)
class TakeoverTest {

  private static final int WEB = 8080;
  private static final int DOCKERS = 'd';
  private static final int AGENTS = 'a';

  private DockerMesh docker;
  private NamedTask dockers;
  private NamedTask agents;
  private final List<Agent> running = new ArrayList<>();

  /** A data path and the keeper of its ports. */
  private final class Agent implements AutoCloseable {

    final Mesh mesh;
    final Keeper keeper;

    Agent() throws IOException {
      this(new Sandbox(docker::path));
    }

    Agent(Surroundings surroundings) throws IOException {
      ProxyConfig config = ProxyConfig.defaults();
      mesh =
          Mesh.start(
              new ProxyConfig(
                  2,
                  "::",
                  config.connectTimeout(),
                  config.connectAttempts(),
                  config.backlog(),
                  config.relay(),
                  config.udp()),
              new NetworkNamespaces(),
              _ -> wake(),
              _ -> {});
      keeper =
          new Keeper(
              new TakeoverConfig(TakeoverConfig.Mode.TAKEOVER, TakeoverConfig.USUAL_MARK),
              surroundings,
              mesh::table,
              mesh::place);
      running.add(this);
      keeper.start();
    }

    private void wake() {
      keeper.wake();
    }

    Agent begin(int... ports) {
      publish(ports);
      keeper.begin();
      awaitTaken(2 * ports.length);
      return this;
    }

    /** Each for TCP and UDP, by Docker's means. */
    void publish(int... ports) {
      Reach reach =
          Reach.overlay(
              InetAddress.ofLiteral("10.30.0.4"), docker.path().toString(), "by the test");
      List<Publication> publications = new ArrayList<>();
      for (int port : ports) {
        publications.add(new Publication(PublishedPort.tcp(port), WEB));
        publications.add(new Publication(new PublishedPort(port, Protocol.UDP), WEB));
      }
      Task task = new Task("task", "web.1", "node", TaskState.RUNNING, reach);
      mesh.offer(
          new Topology(
              List.of(new Service("s", "web", Policy.DEFAULT, publications, List.of(task))),
              List.of()));
    }

    void awaitTaken(int ports) {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  keeper.status().ports().size() == ports
                      && mesh.listeners().size() == ports
                      && mesh.listeners().stream().allMatch(ListenerStatus::isBound));
    }

    /** Its end without a word: sockets are gone, and nothing else is done. */
    void kill() {
      running.remove(this);
      keeper.cease();
      mesh.close();
    }

    @Override
    public void close() {
      keeper.close();
      mesh.close();
    }
  }

  @BeforeEach
  void begin() throws IOException {
    docker = DockerMesh.make();
    dockers = new NamedTask(docker.task, "docker", "10.30.0.3", WEB);
    agents = new NamedTask(docker.task, "agent", "10.30.0.4", WEB);
  }

  @AfterEach
  void end() throws IOException {
    for (Agent agent : List.copyOf(running)) {
      agent.close();
    }
    if (docker != null) {
      dockers.close();
      agents.close();
      docker.close();
    }
  }

  private Socket connect(int port) throws IOException {
    Socket socket = docker.client.inside(() -> connected(port));
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static Socket connected(int port) throws IOException {
    Socket socket = new Socket();
    socket.connect(DockerMesh.published(port), 10_000);
    return socket;
  }

  /** Whose task answers a new client. */
  private int asked(int port) throws IOException {
    try (Socket client = connect(port)) {
      return client.getInputStream().read();
    }
  }

  /** Whose task answers the next datagram. */
  private static String asked(DatagramSocket client, int port) throws IOException {
    client.setSoTimeout(5_000);
    client.send(new DatagramPacket("?".getBytes(UTF_8), 1, DockerMesh.published(port)));
    DatagramPacket answer = new DatagramPacket(new byte[100], 100);
    client.receive(answer);
    assertThat(answer.getSocketAddress()).isEqualTo(DockerMesh.published(port));
    return new String(answer.getData(), 0, answer.getLength(), UTF_8);
  }

  private DatagramSocket datagrams() throws IOException {
    return docker.client.inside(DatagramSocket::new);
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

  @Test
  void takesNewClientsWithTheirAddressWhileOldOnesStayWithDocker() throws Exception {
    try (Socket old = connect(WEB);
        DatagramSocket oldUdp = datagrams();
        DatagramSocket newUdp = datagrams()) {
      assertThat(old.getInputStream().read()).isEqualTo(DOCKERS);
      assertThat(asked(oldUdp, WEB)).isEqualTo("docker?");

      new Agent().begin(WEB);

      try (Socket fresh = connect(WEB)) {
        assertThat(fresh.getInputStream().read()).isEqualTo(AGENTS);
        assertThat(docker.sandbox.run("ss -Htn state established sport = :" + WEB))
            .contains("%s:%d".formatted(DockerMesh.CLIENT_ADDRESS, fresh.getLocalPort()));
        assertExact(fresh, 1 << 20);
      }
      assertThat(asked(newUdp, WEB)).isEqualTo("agent?");
      assertThat(asked(newUdp, WEB)).isEqualTo("agent?");
      assertExact(old, 1 << 20);
      assertThat(asked(oldUdp, WEB)).isEqualTo("docker?");
    }
  }

  @Test
  void leavesNewClientsToDockerWhenItIsKilledAndTakesThemAgainWhenItIsBack() throws Exception {
    Agent agent = new Agent().begin(WEB);
    try (Socket own = connect(WEB);
        DatagramSocket udp = datagrams();
        DatagramSocket laterUdp = datagrams()) {
      assertThat(own.getInputStream().read()).isEqualTo(AGENTS);
      assertThat(asked(udp, WEB)).isEqualTo("agent?");

      agent.kill();

      assertThat(asked(WEB)).isEqualTo(DOCKERS);
      assertThat(asked(laterUdp, WEB)).isEqualTo("docker?");
      assertThatThrownBy(() -> assertExact(own, 1))
          .isInstanceOfAny(SocketException.class, AssertionError.class);

      new Agent().begin(WEB);
      assertThat(asked(WEB)).isEqualTo(AGENTS);
      assertThat(asked(laterUdp, WEB)).isEqualTo("docker?");
    }
  }

  @Test
  void losesNoUdpClientWhenItIsKilled() throws Exception {
    Agent agent = new Agent().begin(WEB);
    try (DatagramSocket old = datagrams();
        DatagramSocket fresh = datagrams()) {
      assertThat(asked(old, WEB)).isEqualTo("agent?");
      await().until(() -> !isFresh(old));
      assertThat(asked(old, WEB)).isEqualTo("agent?");
      assertThat(asked(fresh, WEB)).isEqualTo("agent?");

      agent.kill();

      assertThat(asked(old, WEB)).isEqualTo("docker?");
      // Whoever had just begun, and goes on without a pause.
      assertThat(isFresh(fresh)).isTrue();
      for (int i = 0; i < 20; i++) {
        assertThat(asked(fresh, WEB)).isEqualTo("docker?");
      }

      new Agent().begin(WEB);
      assertThat(asked(old, WEB)).isEqualTo("docker?");
      assertThat(asked(fresh, WEB)).isEqualTo("docker?");
    }
  }

  private boolean isFresh(DatagramSocket client) throws IOException {
    return docker
        .sandbox
        .run("nft list set inet tidegate fresh")
        .contains(". %d . %d".formatted(client.getLocalPort(), WEB));
  }

  @Test
  void leavesAFlowToDockerThatNobodyHasAnsweredYet() throws Exception {
    int port = 9090;
    try (DatagramSocket old = datagrams();
        DatagramSocket fresh = datagrams()) {
      old.setSoTimeout(200);
      assertThat(isAnswered(old, port)).isFalse();

      new Agent().begin(port);

      assertThat(asked(fresh, port)).isEqualTo("agent?");
      assertThat(isAnswered(old, port)).isFalse();
    }
  }

  private static boolean isAnswered(DatagramSocket client, int port) throws IOException {
    client.send(new DatagramPacket("?".getBytes(UTF_8), 1, DockerMesh.published(port)));
    try {
      client.receive(new DatagramPacket(new byte[100], 100));
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  @Test
  void handsAllBackOnDemandWhileItsOwnClientsFinish() throws Exception {
    Agent agent = new Agent().begin(WEB);
    try (Socket own = connect(WEB);
        DatagramSocket udp = datagrams();
        DatagramSocket laterUdp = datagrams()) {
      assertThat(own.getInputStream().read()).isEqualTo(AGENTS);
      assertThat(asked(udp, WEB)).isEqualTo("agent?");

      assertThat(agent.keeper.release(true).isReleased()).isTrue();
      assertThat(asked(WEB)).isEqualTo(DOCKERS);
      assertThat(asked(laterUdp, WEB)).isEqualTo("docker?");
      assertThat(asked(udp, WEB)).isEqualTo("agent?");
      assertExact(own, 1 << 20);
      agent.publish(WEB, 9090);
      await().until(() -> agent.mesh.table().routes().size() == 4);
      assertThat(agent.keeper.status().ports()).isEmpty();

      assertThat(agent.keeper.release(false).isReleased()).isFalse();
      assertThat(asked(WEB)).isEqualTo(AGENTS);
    }
  }

  /** A node that has iptables alone. */
  private final class WithoutNft implements Surroundings {

    private final Surroundings node = new Sandbox(docker::path);

    @Override
    public Ipvs ipvs() {
      return node.ipvs();
    }

    @Override
    public String identity() throws IOException {
      return node.identity();
    }

    @Override
    public Foothold foothold() throws IOException {
      return node.foothold();
    }

    @Override
    public Rules rules(Foothold foothold, int mark) {
      return new IptablesRules(
          docker.sandbox.program("iptables"),
          docker.sandbox.program("iptables-restore"),
          "the test says so");
    }
  }

  @Test
  void takesTcpByIptablesAndLeavesUdpToDocker() throws Exception {
    String before = docker.rules();
    try (Socket old = connect(WEB);
        DatagramSocket udp = datagrams()) {
      assertThat(old.getInputStream().read()).isEqualTo(DOCKERS);
      Agent agent = agentWithoutNft();

      assertThat(asked(WEB)).isEqualTo(AGENTS);
      assertThat(asked(udp, WEB)).isEqualTo("docker?");
      try (Socket own = connect(WEB)) {
        assertThat(own.getInputStream().read()).isEqualTo(AGENTS);
        assertThat(docker.sandbox.run("ss -Htn state established sport = :" + WEB))
            .contains("%s:%d".formatted(DockerMesh.CLIENT_ADDRESS, own.getLocalPort()));
        agent.keeper.release(true);
        assertThat(asked(WEB)).isEqualTo(DOCKERS);
        assertExact(own, 1 << 20);
      }
      agent.keeper.release(false);
      assertThat(asked(WEB)).isEqualTo(AGENTS);
      assertExact(old, 1 << 20);

      running.remove(agent);
      agent.close();
      assertThat(docker.rules()).isEqualTo(before);
      assertThat(asked(WEB)).isEqualTo(DOCKERS);
    }
  }

  @Test
  void leavesNewClientsToDockerByIptablesWhenItIsKilled() throws Exception {
    String before = docker.rules();
    Agent agent = agentWithoutNft();
    assertThat(asked(WEB)).isEqualTo(AGENTS);
    assertThatThrownBy(() -> Leftovers.remove(docker.path()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("an agent takes ports over in " + docker.path());

    agent.kill();
    assertThat(asked(WEB)).isEqualTo(DOCKERS);

    Agent next = agentWithoutNft();
    assertThat(asked(WEB)).isEqualTo(AGENTS);
    next.kill();
    assertThat(Leftovers.remove(docker.path())).isTrue();
    assertThat(docker.rules()).isEqualTo(before);
  }

  private Agent agentWithoutNft() throws IOException {
    Agent agent = new Agent(new WithoutNft());
    agent.publish(WEB);
    agent.keeper.begin();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                agent.keeper.status().ports().equals(Set.of(PublishedPort.tcp(WEB)))
                    && agent.mesh.listeners().size() == 2
                    && agent.mesh.listeners().stream().allMatch(ListenerStatus::isBound));
    return agent;
  }

  @Test
  void leavesRulesAndRoutesAsTheyWere() throws Exception {
    String before = docker.rules();
    Agent agent = new Agent().begin(WEB);
    assertThat(docker.rules()).isNotEqualTo(before);

    running.remove(agent);
    agent.close();

    assertThat(docker.rules()).isEqualTo(before);
    assertThat(asked(WEB)).isEqualTo(DOCKERS);
  }

  @Test
  void servesAHundredPortsThroughOneSocketPerShard() throws Exception {
    int[] ports = IntStream.range(9000, 9100).toArray();
    Agent agent = new Agent().begin(ports);

    for (int port : ports) {
      assertThat(asked(port)).isEqualTo(AGENTS);
    }
    assertThat(docker.sandbox.run("ss -Hltn").lines()).hasSize(2);
    agent.publish(9000);
    agent.awaitTaken(2);
    assertThat(asked(9000)).isEqualTo(AGENTS);
  }

  @Test
  void answersAHundredPortsOfUdpEachFromItselfThroughOneSocketPerShard() throws Exception {
    int[] ports = IntStream.range(9000, 9100).toArray();
    Agent agent = new Agent().begin(ports);

    try (DatagramSocket client = datagrams();
        DatagramSocket other = datagrams()) {
      for (int port : ports) {
        assertThat(asked(client, port)).isEqualTo("agent?");
        assertThat(asked(client, port)).isEqualTo("agent?");
      }
      assertThat(asked(other, 9000)).isEqualTo("agent?");
      assertThat(docker.sandbox.run("ss -Hlun").lines()).hasSize(2);
      assertThat(exits()).isBetween(100L, 101L);

      agent.publish(9000);
      agent.awaitTaken(2);
      assertThat(asked(client, 9000)).isEqualTo("agent?");
      await().until(() -> exits() <= 2);
    }
  }

  /** Sockets by which answers leave. */
  private long exits() throws IOException {
    return docker.sandbox.run("ss -Hun state established dst 172.30.0.2:9").lines().count();
  }

  @Test
  void hasDatagramsAnsweredWhileAnotherAgentFollows() throws Exception {
    Agent first = new Agent().begin(WEB);
    try (DatagramSocket client = datagrams();
        DatagramSocket fresh = datagrams()) {
      assertThat(asked(client, WEB)).isEqualTo("agent?");
      first.keeper.cease();
      first.mesh.stopListening();
      // Still its own until the other's rules are in force.
      assertThat(asked(client, WEB)).isEqualTo("agent?");
      assertThat(asked(fresh, WEB)).isEqualTo("agent?");

      new Agent().begin(WEB);
      assertThat(asked(client, WEB)).isEqualTo("agent?");
      assertThat(first.mesh.drain(Duration.ofSeconds(10))).isTrue();
      running.remove(first);
      first.close();

      assertThat(asked(client, WEB)).isEqualTo("agent?");
      assertThat(asked(fresh, WEB)).isEqualTo("agent?");
    }
  }

  @Test
  void followsPortsThatComeAndGo() throws Exception {
    Agent agent = new Agent().begin(9090);
    assertThat(asked(WEB)).isEqualTo(DOCKERS);

    agent.publish(WEB);
    agent.awaitTaken(2);
    await().until(() -> agent.keeper.status().ports().contains(PublishedPort.tcp(WEB)));
    assertThat(asked(WEB)).isEqualTo(AGENTS);

    agent.publish(9090);
    await().until(() -> !agent.keeper.status().ports().contains(PublishedPort.tcp(WEB)));
    assertThat(asked(WEB)).isEqualTo(DOCKERS);
  }

  @Test
  void settlesInANewNamespaceAtTheSamePlace() throws Exception {
    Agent agent = new Agent().begin(WEB);
    assertThat(asked(WEB)).isEqualTo(AGENTS);

    docker.renewSandbox();

    await().atMost(Duration.ofSeconds(20)).until(() -> asked(WEB) == AGENTS);
    try (DatagramSocket udp = datagrams()) {
      assertThat(asked(udp, WEB)).isEqualTo("agent?");
    }
    assertThat(agent.keeper.status().error()).isNull();
  }

  @Test
  void writesItsRulesAgainWhenSomebodyHasRemovedThem() throws Exception {
    new Agent().begin(WEB);
    docker.sandbox.run("nft delete table inet tidegate");
    assertThat(asked(WEB)).isEqualTo(DOCKERS);

    await().atMost(Duration.ofSeconds(30)).until(() -> asked(WEB) == AGENTS);
  }

  @Test
  void givesNewClientsToTheAgentThatFollowsWhileOldOnesFinish() throws Exception {
    Agent first = new Agent().begin(WEB);
    Agent second;
    try (Socket old = connect(WEB)) {
      assertThat(old.getInputStream().read()).isEqualTo(AGENTS);
      first.keeper.cease();
      first.mesh.stopListening();
      // Still its own until the other's rules are in force.
      assertThat(asked(WEB)).isEqualTo(AGENTS);

      second = new Agent().begin(WEB);
      assertExact(old, 1 << 20);
      assertThat(asked(WEB)).isEqualTo(AGENTS);
      assertExact(old, 1 << 20);
    }
    try (Socket fresh = connect(WEB)) {
      assertThat(fresh.getInputStream().read()).isEqualTo(AGENTS);
      assertThat(first.mesh.drain(Duration.ofSeconds(10))).isTrue();
      running.remove(first);
      first.close();

      assertThat(asked(WEB)).isEqualTo(AGENTS);
      assertExact(fresh, 1 << 20);
    }
    assertThat(second.keeper.status().ports()).hasSize(2);
  }

  @Test
  void removesWhatAnAgentThatWasKilledHasLeftButNotWhatOneNeeds() throws Exception {
    String before = docker.rules();
    Agent agent = new Agent().begin(WEB);
    assertThatThrownBy(() -> Leftovers.remove(docker.path()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("an agent takes ports over in " + docker.path());

    agent.kill();

    assertThat(Leftovers.remove(docker.path())).isTrue();
    assertThat(Leftovers.remove(docker.path())).isFalse();
    assertThat(docker.rules()).isEqualTo(before);
  }
}
