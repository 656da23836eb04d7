package io.tidegate.agent.takeover;

import io.tidegate.agent.linux.TestNamespace;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A node with agents and tasks, and a namespace outside of it.
 *
 * <pre>
 *   outside ───────────────► node ── tasks
 *   192.0.2.9, fd00:1::9     192.0.2.1, 192.0.2.2, fd00:1::1     10.30.0.4
 * </pre>
 */
final class RangesFixture implements BeforeEachCallback, AfterEachCallback {

  static final String NODE = "192.0.2.1";
  static final String NODE_TOO = "192.0.2.2";
  static final String NODE_IPV6 = "fd00:1::1";
  static final String TASK = "10.30.0.4";

  private @Nullable TestNamespace node;
  private @Nullable Clients clients;
  private final List<AutoCloseable> opened = new ArrayList<>();

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    TestNamespace inside = keep(TestNamespace.add());
    TestNamespace outside = keep(TestNamespace.add());
    node = inside;
    clients = new Clients(outside);
    inside.run("ip link add lan type veth peer name wan netns " + outside.name);
    inside.run("ip addr add " + NODE + "/24 dev lan");
    inside.run("ip addr add " + NODE_TOO + "/24 dev lan");
    inside.run("ip addr add " + NODE_IPV6 + "/64 dev lan nodad");
    outside.run("ip addr add 192.0.2.9/24 dev wan");
    outside.run("ip addr add fd00:1::9/64 dev wan nodad");
    inside.run("ip link add tasks type bridge");
    inside.run("ip addr add " + TASK + "/24 dev tasks");
    for (String link : List.of("lan", "tasks")) {
      inside.run("ip link set " + link + " up");
    }
    outside.run("ip link set wan up");
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    opened.add(closeable);
    return closeable;
  }

  TestNamespace node() {
    return Objects.requireNonNull(node);
  }

  RangesAgent agent() throws IOException {
    return keep(new RangesAgent(node()));
  }

  void task(String name, String address, int port) throws IOException {
    keep(new NamedTask(node(), name, address, port));
  }

  /** Clients are on the node itself from now on. */
  void moveClientsInside() {
    clients = new Clients(node());
  }

  private Clients clients() {
    return Objects.requireNonNull(clients);
  }

  Socket connect(String host, int port) throws IOException {
    return clients().connect(address(host, port));
  }

  private static InetSocketAddress address(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  /** Who answers a new connection, and whether all that is said to it comes back. */
  String asked(String host, int port) throws IOException {
    try (Socket client = connect(host, port)) {
      String name = Character.toString(client.getInputStream().read());
      Clients.assertExact(client, 100_000);
      return name;
    }
  }

  DatagramSocket datagrams() throws IOException {
    return clients().datagrams();
  }

  /** What is answered to a datagram, from where it was sent to. */
  static String asked(DatagramSocket client, String host, int port) throws IOException {
    return Clients.asked(client, address(host, port));
  }

  /** All rules and routes of the node. */
  String rules() throws IOException {
    return node().run("nft --stateless list ruleset")
        + node().run("ip rule list")
        + node().run("ip -6 rule list")
        + node().run("ip -4 route show table all");
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (AutoCloseable closeable : opened.reversed()) {
      closeable.close();
    }
  }
}
