package io.tidegate.agent.vip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.linux.TestNamespace;
import io.tidegate.agent.takeover.Clients;
import io.tidegate.agent.takeover.NamedTask;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An {@link Overlay} with a client and two tasks, each of which listens on several ports. */
final class VipFixture implements BeforeEachCallback, AfterEachCallback {

  /** The addresses of the tasks, whose names are {@code a} and {@code b}. */
  static final String A = "10.30.0.11";

  static final String B = "10.30.0.12";

  /** Of TCP and UDP. */
  static final List<Integer> PORTS = List.of(80, 443, 9999);

  static final int DNS = 53;

  /** The longest that anything may take until it is in force. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private @Nullable Overlay overlay;
  private @Nullable TestNamespace client;
  private @Nullable TestNamespace taskA;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<VipAgent> running = new ArrayList<>();

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    Overlay made = keep(new Overlay());
    overlay = made;
    client = made.container("10.30.0.10");
    TestNamespace a = made.container(A);
    TestNamespace b = made.container(B);
    taskA = a;
    for (int port : PORTS) {
      keep(new NamedTask(a, "a", A, port));
      keep(new NamedTask(b, "b", B, port));
    }
    keep(new NamedTask(a, "a", A, DNS));
    keep(new NamedTask(b, "b", B, DNS));
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    opened.add(closeable);
    return closeable;
  }

  Overlay overlay() {
    return Objects.requireNonNull(overlay);
  }

  TestNamespace client() {
    return Objects.requireNonNull(client);
  }

  TestNamespace taskA() {
    return Objects.requireNonNull(taskA);
  }

  // --- agents ---

  VipAgent agent() throws IOException {
    return agent(Ipvs.State.ABSENT);
  }

  VipAgent agent(Ipvs.State ipvs) throws IOException {
    VipAgent agent = new VipAgent(overlay(), ipvs);
    running.add(agent);
    return agent;
  }

  /** One that follows no table yet, and brings clients to itself. */
  VipAgent started() throws IOException {
    VipAgent agent = agent();
    agent.keeper.start(false);
    agent.keeper.begin();
    return agent;
  }

  /** One that serves the address from both tasks. */
  VipAgent begun() throws IOException {
    return begun(agent());
  }

  VipAgent begun(VipAgent agent) {
    agent.keeper.start(false);
    agent.keeper.begin();
    agent.publish(Overlay.VIP, A, B);
    awaitAddresses(agent, 1);
    return agent;
  }

  static void awaitAddresses(VipAgent agent, int addresses) {
    await().atMost(PATIENCE).until(() -> agent.addresses() == addresses);
    assertThat(agent.keeper.status().error()).isNull();
  }

  void kill(VipAgent agent) {
    running.remove(agent);
    agent.kill();
  }

  void close(VipAgent agent) {
    running.remove(agent);
    agent.close();
  }

  /** Docker serves the address by a task of its own, whose name is {@code d}. */
  VipAgent besideDocker() throws IOException {
    TestNamespace dockers = overlay().container(Overlay.DOCKERS);
    keep(new NamedTask(dockers, "d", Overlay.DOCKERS, 80));
    keep(new NamedTask(dockers, "d", Overlay.DOCKERS, DNS));
    overlay().haveDockerServe();
    return agent(Ipvs.State.PRESENT);
  }

  // --- clients ---

  static InetSocketAddress at(int port) {
    return new InetSocketAddress(Overlay.VIP, port);
  }

  Socket connect(int port) throws IOException {
    return connect(Overlay.VIP, port);
  }

  Socket connect(InetAddress vip, int port) throws IOException {
    return new Clients(client()).connect(new InetSocketAddress(vip, port));
  }

  String asked(int port) throws IOException {
    return asked(client(), port, 1);
  }

  /** Who answers a new connection; all that is said to it must come back. */
  String asked(TestNamespace from, int port, int bytes) throws IOException {
    try (Socket socket = new Clients(from).connect(at(port))) {
      String name = Character.toString(socket.getInputStream().read());
      Clients.assertExact(socket, bytes);
      return name;
    }
  }

  DatagramSocket datagrams() throws IOException {
    return datagrams(client());
  }

  DatagramSocket datagrams(TestNamespace from) throws IOException {
    return new Clients(from).datagrams();
  }

  /** What is answered to a datagram, from where it was sent to. */
  String asked(DatagramSocket from, int port) throws IOException {
    return Clients.asked(from, at(port));
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (VipAgent agent : List.copyOf(running)) {
      agent.close();
    }
    for (AutoCloseable closeable : opened.reversed()) {
      closeable.close();
    }
  }
}
