package io.tidegate.agent.vip;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.linux.NetworkNamespaces;
import io.tidegate.agent.linux.TestNamespace;
import io.tidegate.agent.takeover.NamedTask;
import io.tidegate.metrics.ConnectionResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Virtual addresses with real rules and sockets, in what stands in for an overlay network. */
@Timeout(120)
class VipTest {

  private static final String A = "10.30.0.11";
  private static final String B = "10.30.0.12";
  private static final int[] PORTS = {80, 443, 9999};
  private static final int DNS = 53;

  @TempDir private Path folder;
  private Overlay overlay;
  private TestNamespace client;
  private TestNamespace taskA;
  private TestNamespace taskB;
  private final List<NamedTask> tasks = new ArrayList<>();
  private final List<VipAgent> running = new ArrayList<>();

  @BeforeEach
  void begin() throws IOException {
    overlay = new Overlay(folder);
    client = overlay.container("10.30.0.10");
    taskA = overlay.container(A);
    taskB = overlay.container(B);
    for (int port : new int[] {80, 443, 9999, DNS}) {
      tasks.add(new NamedTask(taskA, "a", A, port));
      tasks.add(new NamedTask(taskB, "b", B, port));
    }
  }

  @AfterEach
  void end() throws IOException {
    for (VipAgent agent : List.copyOf(running)) {
      agent.close();
    }
    for (NamedTask task : tasks) {
      task.close();
    }
    if (overlay != null) {
      overlay.close();
    }
  }

  private VipAgent agent() throws IOException {
    return agent(Ipvs.State.ABSENT);
  }

  private VipAgent agent(Ipvs.State ipvs) throws IOException {
    VipAgent agent = new VipAgent(overlay, ipvs);
    running.add(agent);
    return agent;
  }

  /** Serves the address from both tasks. */
  private VipAgent begun(VipAgent agent) {
    agent.keeper.start(false);
    agent.keeper.begin();
    agent.publish(Overlay.VIP, A, B);
    awaitAddresses(agent, 1);
    return agent;
  }

  private static void awaitAddresses(VipAgent agent, int addresses) {
    await().atMost(Duration.ofSeconds(20)).until(() -> agent.addresses() == addresses);
    assertThat(agent.keeper.status().error()).isNull();
  }

  private void kill(VipAgent agent) {
    running.remove(agent);
    agent.kill();
  }

  private void close(VipAgent agent) {
    running.remove(agent);
    agent.close();
  }

  // --- clients ---

  private Socket connect(TestNamespace from, InetAddress vip, int port) throws IOException {
    Socket socket =
        from.inside(
            () -> {
              Socket connecting = new Socket();
              connecting.connect(new InetSocketAddress(vip, port), 5_000);
              return connecting;
            });
    socket.setSoTimeout(10_000);
    return socket;
  }

  private Socket connect(int port) throws IOException {
    return connect(client, Overlay.VIP, port);
  }

  /** Who answers a new connection, and whether all that is said to it comes back. */
  private String asked(TestNamespace from, int port, int bytes) throws IOException {
    try (Socket socket = connect(from, Overlay.VIP, port)) {
      String name = Character.toString(socket.getInputStream().read());
      assertExact(socket, bytes);
      return name;
    }
  }

  private String asked(int port) throws IOException {
    return asked(client, port, 1);
  }

  private static void assertExact(Socket socket, int bytes) throws IOException {
    byte[] said = new byte[bytes];
    new Random(bytes).nextBytes(said);
    Thread speaker =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    socket.getOutputStream().write(said);
                  } catch (IOException e) {
                    // seen by who reads
                  }
                });
    assertThat(socket.getInputStream().readNBytes(bytes)).isEqualTo(said);
    assertThat(speaker.isInterrupted()).isFalse();
  }

  private DatagramSocket datagrams(TestNamespace from) throws IOException {
    return from.inside(DatagramSocket::new);
  }

  /** What is answered to a datagram, from where it was sent to. */
  private static String asked(DatagramSocket from, int port) throws IOException {
    from.setSoTimeout(5_000);
    InetSocketAddress to = new InetSocketAddress(Overlay.VIP, port);
    from.send(new DatagramPacket("?".getBytes(UTF_8), 1, to));
    DatagramPacket answer = new DatagramPacket(new byte[100], 100);
    from.receive(answer);
    assertThat(answer.getSocketAddress()).isEqualTo(to);
    return new String(answer.getData(), 0, answer.getLength(), UTF_8);
  }

  // --- serving ---

  @Test
  void servesAllPortsOfAnAddressFromAllTasks() throws Exception {
    begun(agent());

    Map<String, Integer> answers = new HashMap<>();
    for (int i = 0; i < 20; i++) {
      for (int port : PORTS) {
        answers.merge(asked(client, port, 10_000), 1, Integer::sum);
      }
      try (DatagramSocket datagrams = datagrams(client)) {
        String first = asked(datagrams, DNS);
        answers.merge(first.substring(0, 1), 1, Integer::sum);
        assertThat(asked(datagrams, DNS)).isEqualTo(first);
      }
    }
    assertThat(answers).containsOnlyKeys("a", "b");
    assertThat(answers.values()).allMatch(count -> count >= 20);
    assertThat(asked(client, 80, 4 << 20)).isIn("a", "b");
    assertThat(client.run("ip neigh show " + Overlay.VIP.getHostAddress()))
        .as("answered by the sandbox")
        .contains("lladdr " + overlay.linkAddress());
  }

  @Test
  void refusesPortsAtOnceOnWhichNoTaskListens() throws Exception {
    VipAgent agent = begun(agent());

    long startNanos = System.nanoTime();
    for (int i = 0; i < 1_000; i++) {
      try (Socket socket = connect(7)) {
        assertThatThrownBy(() -> socket.getInputStream().read())
            .isInstanceOf(SocketException.class);
      } catch (SocketException e) {
        // before it had connected
      }
    }
    assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(60));
    assertThat(agent.shards.stats().routes().values())
        .singleElement()
        .satisfies(
            route -> {
              assertThat(route.connections()).containsEntry(ConnectionResult.REFUSED, 1_000L);
              assertThat(route.parking().parked()).isZero();
            });
    assertThat(asked(80)).isIn("a", "b");
  }

  @Test
  void tellsClientsOfUdpThatNoTaskListens() throws Exception {
    begun(agent());

    for (int i = 0; i < 5; i++) {
      try (DatagramSocket datagrams = datagrams(client)) {
        datagrams.connect(new InetSocketAddress(Overlay.VIP, 7));
        datagrams.setSoTimeout(2_000);
        datagrams.send(new DatagramPacket("?".getBytes(UTF_8), 1));
        assertThatThrownBy(() -> datagrams.receive(new DatagramPacket(new byte[9], 9)))
            .isInstanceOf(PortUnreachableException.class);
      }
    }
    try (DatagramSocket datagrams = datagrams(client)) {
      assertThat(asked(datagrams, DNS)).isIn("a?", "b?");
    }
  }

  @Test
  void letsATaskTalkToItselfByTheAddress() throws Exception {
    VipAgent agent = begun(agent());
    agent.publish(Overlay.VIP, A);

    assertThat(asked(taskA, 80, 100_000)).isEqualTo("a");
    try (DatagramSocket datagrams = datagrams(taskA)) {
      assertThat(asked(datagrams, DNS)).isEqualTo("a?");
      assertThat(asked(datagrams, DNS)).isEqualTo("a?");
    }
  }

  @Test
  void servesTwoHundredAddressesThroughOneSocketPerShard() throws Exception {
    List<InetAddress> vips = new ArrayList<>();
    for (int i = 1; i <= 199; i++) {
      vips.add(InetAddress.ofLiteral("10.30.1." + i));
    }
    client.run("ip route add 10.30.1.0/24 dev eth0");
    VipAgent agent = agent();
    agent.keeper.start(false);
    agent.keeper.begin();
    agent.publishAll(vips, A);
    awaitAddresses(agent, 199);

    for (InetAddress vip : vips) {
      try (Socket socket = connect(client, vip, 80)) {
        assertThat(socket.getInputStream().read()).isEqualTo('a');
      }
    }
    assertThat(overlay.sandbox.run("ss -Hltn").lines()).hasSize(VipAgent.SHARDS);
    assertThat(overlay.sandbox.run("ss -Hlun").lines()).hasSize(VipAgent.SHARDS);
    assertThat(agent.keeper.status().networks())
        .singleElement()
        .satisfies(network -> assertThat(network.added()).isEqualTo(199));
    List<String> texts = vips.stream().map(InetAddress::getHostAddress).toList();
    List<Long> tookMillis = IntStream.range(0, 10).mapToObj(_ -> millisToFill(texts)).toList();
    assertThat(tookMillis).as("milliseconds").anyMatch(took -> took < 50);
    Set<Inet4Address> all = vips.stream().map(Inet4Address.class::cast).collect(toSet());
    List<Long> tookMicros = IntStream.range(0, 50).mapToObj(_ -> microsToLook(all)).toList();
    assertThat(tookMicros).as("microseconds").anyMatch(took -> took < 1_000);
  }

  private long microsToLook(Set<Inet4Address> addresses) {
    try {
      long startNanos = System.nanoTime();
      assertThat(VipSandbox.at(overlay.path()).holds(addresses)).isTrue();
      return (System.nanoTime() - startNanos) / 1_000;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long millisToFill(List<String> addresses) {
    try {
      long startNanos = System.nanoTime();
      VipSandbox.at(overlay.path()).table().fill(VipRules.ADDRESSES, addresses);
      return (System.nanoTime() - startNanos) / 1_000_000;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // --- beside Docker ---

  private VipAgent besideDocker() throws IOException {
    TestNamespace dockers = overlay.container(Overlay.DOCKERS);
    tasks.add(new NamedTask(dockers, "d", Overlay.DOCKERS, 80));
    tasks.add(new NamedTask(dockers, "d", Overlay.DOCKERS, DNS));
    overlay.haveDockerServe();
    return agent(Ipvs.State.PRESENT);
  }

  @Test
  void takesNewClientsFromDockerWhileOldOnesStay() throws Exception {
    VipAgent agent = besideDocker();
    try (Socket old = connect(80);
        DatagramSocket oldUdp = datagrams(client);
        DatagramSocket newUdp = datagrams(client)) {
      assertThat(old.getInputStream().read()).isEqualTo('d');
      assertThat(asked(oldUdp, DNS)).isEqualTo("d?");

      begun(agent);

      assertThat(asked(client, 80, 100_000)).isIn("a", "b");
      assertThat(asked(newUdp, DNS)).isIn("a?", "b?");
      assertThat(asked(oldUdp, DNS)).isEqualTo("d?");
      assertExact(old, 1 << 20);
      assertThat(overlay.takenByIpvs()).contains("packets 0 ");
      assertThat(agent.keeper.status().networks())
          .allSatisfy(network -> assertThat(network.added()).isZero());
    }
  }

  @Test
  void leavesNewClientsToDockerWhenItIsKilledAndTakesThemAgainWhenItIsBack() throws Exception {
    VipAgent agent = begun(besideDocker());
    try (Socket own = connect(80);
        DatagramSocket oldUdp = datagrams(client);
        DatagramSocket udp = datagrams(client);
        DatagramSocket laterUdp = datagrams(client)) {
      assertThat(own.getInputStream().read()).isIn((int) 'a', (int) 'b');
      assertThat(asked(oldUdp, DNS)).isIn("a?", "b?");
      await().until(() -> !isFresh(oldUdp));
      assertThat(asked(udp, DNS)).isIn("a?", "b?");

      kill(agent);

      assertThat(asked(80)).isEqualTo("d");
      assertThat(asked(laterUdp, DNS)).isEqualTo("d?");
      assertThat(asked(oldUdp, DNS)).isEqualTo("d?");
      // Whoever had just begun, and goes on without a pause.
      assertThat(asked(udp, DNS)).isEqualTo("d?");

      begun(agent(Ipvs.State.PRESENT));
      assertThat(asked(80)).isIn("a", "b");
      assertThat(asked(laterUdp, DNS)).isEqualTo("d?");
    }
  }

  private boolean isFresh(DatagramSocket socket) throws IOException {
    return overlay
        .sandbox
        .run("nft list set inet tidegate_vips fresh")
        .contains(" . %d . ".formatted(socket.getLocalPort()));
  }

  @Test
  void handsAllBackOnDemandWhileItsOwnClientsFinish() throws Exception {
    VipAgent agent = begun(besideDocker());
    try (Socket own = connect(80);
        DatagramSocket udp = datagrams(client);
        DatagramSocket laterUdp = datagrams(client)) {
      assertThat(own.getInputStream().read()).isIn((int) 'a', (int) 'b');
      String answer = asked(udp, DNS);

      assertThat(agent.keeper.release(true).isReleased()).isTrue();
      assertThat(asked(80)).isEqualTo("d");
      assertThat(asked(laterUdp, DNS)).isEqualTo("d?");
      assertThat(asked(udp, DNS)).isEqualTo(answer).isNotEqualTo("d?");
      assertExact(own, 1 << 20);

      assertThat(agent.keeper.release(false).isReleased()).isFalse();
      assertThat(asked(80)).isIn("a", "b");
    }
  }

  @Test
  void addsNoAddressWhereDockerWill() throws Exception {
    VipAgent agent = begun(agent(Ipvs.State.LOADABLE));
    assertThat(overlay.sandbox.run("ip addr show dev eth0")).doesNotContain("10.30.0.100");
    assertThat(agent.keeper.status().networks())
        .allSatisfy(network -> assertThat(network.added()).isZero());
  }

  // --- coming and going ---

  @Test
  void leavesAllAsItWas() throws Exception {
    String before = overlay.rules();
    VipAgent agent = begun(agent());
    assertThat(asked(80)).isIn("a", "b");
    assertThat(overlay.rules()).isNotEqualTo(before);

    agent.publishNothing();
    await().atMost(Duration.ofSeconds(20)).until(() -> overlay.rules().equals(before));
    agent.publish(Overlay.VIP, A, B);
    awaitAddresses(agent, 1);
    assertThat(asked(80)).isIn("a", "b");
    assertThat(overlay.rules()).isNotEqualTo(before);

    close(agent);
    assertThat(overlay.rules()).isEqualTo(before);
  }

  @Test
  void removesWhatAnAgentThatWasKilledHasLeftButNotWhatOneNeeds() throws Exception {
    String before = overlay.rules();
    VipAgent agent = begun(agent());
    assertThatThrownBy(() -> VipLeftovers.remove(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("an agent serves virtual addresses in " + overlay.path());
    kill(agent);
    assertThat(VipLeftovers.remove(folder)).isTrue();
    assertThat(VipLeftovers.remove(folder)).isFalse();
    assertThat(overlay.rules()).isEqualTo(before);

    kill(begun(agent()));
    VipAgent next = agent();
    next.keeper.start(true);
    await().atMost(Duration.ofSeconds(20)).until(() -> overlay.rules().equals(before));
    next.publish(Overlay.VIP, A);
    next.keeper.begin();
    awaitAddresses(next, 1);
    assertThat(asked(80)).isEqualTo("a");
  }

  @Test
  void followsSandboxesThatComeAndGo() throws Exception {
    overlay.removeSandbox();
    VipAgent agent = agent();
    agent.keeper.start(false);
    agent.keeper.begin();
    agent.publish(Overlay.VIP, A, B);
    assertThat(agent.keeper.status().error()).isNull();

    overlay.addSandbox();
    awaitAddresses(agent, 1);
    assertThat(asked(80)).isIn("a", "b");

    overlay.removeSandbox();
    await().atMost(Duration.ofSeconds(20)).until(() -> agent.keeper.status().networks().isEmpty());
    overlay.addSandbox();
    awaitAddresses(agent, 1);
    client.run("ip neigh flush dev eth0");
    assertThat(asked(80)).isIn("a", "b");
    assertThat(agent.keeper.status().error()).isNull();
  }

  @Test
  void servesTheOthersWhereOneNetworkCannotBe() throws Exception {
    // Before the other one, in the order of ids.
    Files.createFile(folder.resolve("lb_broken012"));
    VipAgent agent = agent();
    agent.keeper.start(false);
    agent.keeper.begin();
    agent.publishOn("broken0123456789", Overlay.VIP, A);
    agent.publish(Overlay.VIP, B);

    await().atMost(Duration.ofSeconds(20)).until(() -> agent.addresses() == 1);
    assertThat(asked(80)).isEqualTo("b");
    assertThat(agent.keeper.status().error()).contains("lb_broken012");
    assertThat(agent.keeper.status().failures()).isPositive();

    Files.delete(folder.resolve("lb_broken012"));
    await().atMost(Duration.ofSeconds(20)).until(() -> agent.keeper.status().error() == null);
  }

  @Test
  void writesAgainWhatSomebodyHasRemoved() throws Exception {
    begun(agent());
    overlay.sandbox.run("nft delete table inet tidegate_vips");
    overlay.sandbox.run("ip addr del 10.30.0.100/32 dev eth0");

    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(asked(80)).isIn("a", "b"));
  }

  @Test
  void addsAnAddressAgainThatSomebodyHasRemovedBeforeClientsGiveUp() throws Exception {
    VipAgent agent = begun(agent());
    for (int i = 0; i < 3; i++) {
      removeAddress();
      assertThat(asked(80)).isIn("a", "b");
      assertThat(agent.keeper.status().error()).isNull();
    }
  }

  private void removeAddress() throws IOException {
    overlay.sandbox.run("ip addr del 10.30.0.100/32 dev eth0");
  }

  @Test
  void looksAgainShortlyAfterAChangeOfTasks() throws Exception {
    VipAgent agent = begun(agent());
    for (int i = 0; i < 5; i++) {
      agent.publish(Overlay.VIP, A);
      Thread.sleep(50L * i);
      removeAddress();
      long startNanos = System.nanoTime();
      await().pollInterval(Duration.ofMillis(10)).until(this::hasAddress);
      assertThat(Duration.ofNanos(System.nanoTime() - startNanos))
          .as("%d ms after a change", 50 * i)
          .isLessThan(Duration.ofMillis(1_500));
    }
  }

  private boolean hasAddress() throws IOException {
    return NetworkNamespaces.isHeld(overlay.path(), Overlay.VIP);
  }

  @Test
  void givesNewClientsToTheAgentThatFollowsWhileOldOnesFinish() throws Exception {
    VipAgent first = begun(agent());
    try (Socket old = connect(80);
        DatagramSocket udp = datagrams(client)) {
      assertThat(old.getInputStream().read()).isIn((int) 'a', (int) 'b');
      assertThat(asked(udp, DNS)).isIn("a?", "b?");
      first.keeper.cease();
      first.shards.stopListening();
      // Still its own until the other's rules are in force.
      assertThat(asked(80)).isIn("a", "b");
      assertThat(asked(udp, DNS)).isIn("a?", "b?");

      VipAgent second = begun(agent());
      assertExact(old, 1 << 20);
      assertThat(asked(80)).isIn("a", "b");
      assertThat(asked(udp, DNS)).isIn("a?", "b?");
      old.shutdownOutput();
      assertThat(old.getInputStream().read()).isEqualTo(-1);
      assertThat(first.shards.drain(Duration.ofSeconds(10))).isTrue();
      close(first);

      assertThat(asked(80)).isIn("a", "b");
      assertThat(asked(udp, DNS)).isIn("a?", "b?");
      assertThat(second.addresses()).isEqualTo(1);
    }
  }
}
