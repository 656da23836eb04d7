package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * One service, with tasks on two nodes, says by labels that change who may come, and where. Two
 * clients ask, from outside of the Swarm.
 */
class WhereAndForWhomIT extends AgentScenarios {

  private static final String SERVICE = "web";
  private static final int PORT = 8080;
  private static final int TIMES = 20;
  private static final List<String> LABELS =
      List.of("allow", "deny", "bind", "nodes", "proxy-in", "proxy-in.trusted");

  private static final String CLIENT = Lab.address("client");
  private static final String OTHER = Lab.address(202);
  private static final String FIRST = Lab.address(203);
  private static final String LATER = Lab.address(204);

  /** What becomes of a client. */
  private enum End {
    SERVED,
    RESET,
    REFUSED
  }

  /** One that asks a node, which may be told who it is. */
  private interface Caller {
    End ask(String node) throws IOException;
  }

  private final Map<String, Place> onNodes = new TreeMap<>();

  @BeforeAll
  void createService() {
    address("client", "replace", OTHER);
    String[] options = {"--constraint", "node.hostname!=n3", "--replicas-max-per-node", "1"};
    Swarm.createWeb(SERVICE, 2, PORT, options);
    awaitTables(SERVICE, 2, PORT);
  }

  @AfterAll
  void leaveNodes() {
    onNodes.values().forEach(Place::close);
  }

  /** The service stays; its labels change. */
  @Override
  void removeServices() {}

  // --- for whom ---

  @Test
  void onlyThoseComeInWhoAreAllowedAndNotDenied() {
    declare("allow=" + Lab.subnet() + "," + Lab.subnet6(), "deny=" + OTHER);
    assertEnds("the other is denied", from(OTHER), _ -> End.RESET);
    assertEnds("the client is not", from(CLIENT), _ -> End.SERVED);
    assertEnds("nor by IPv6", byIpv6(), _ -> End.SERVED);

    declare("allow=" + OTHER);
    assertEnds("the client is not allowed", from(CLIENT), _ -> End.RESET);
    assertEnds("nor by IPv6", byIpv6(), _ -> End.RESET);
    assertEnds("the other is", from(OTHER), _ -> End.SERVED);

    declare();
    assertEnds("all may come", from(CLIENT), _ -> End.SERVED);
    for (String node : Lab.nodes()) {
      assertThat(denied(node)).as("denied on " + node).isGreaterThanOrEqualTo(3 * TIMES);
    }
  }

  @Test
  void theClientThatAHeaderNamesIsAskedFor() {
    declare("proxy-in=required", "proxy-in.trusted=" + CLIENT, "deny=192.0.2.0/24");
    assertEnds("the one that is named is denied", behind("192.0.2.7"), _ -> End.RESET);
    assertEnds("another one is not", behind("198.51.100.7"), _ -> End.SERVED);
  }

  // --- where ---

  @Test
  void aPortIsBoundToTheAddressThatIsNamed() throws IOException {
    declare("bind=" + Lab.address("n2"));
    assertEnds("n2 has it", from(CLIENT), node -> servedIf(node.equals("n2")));
    assertEnds("by IPv4 alone", byIpv6(), _ -> End.REFUSED);
    assertEnds("not on its loopback", fromItself(), _ -> End.REFUSED);
    assertThat(tables.route("n1", PORT).at("/listener/error").asText())
        .isEqualTo("nothing to bind: no address " + Lab.address("n2"));
  }

  @Test
  void aPortIsBoundToAllThatAnInterfaceHas() {
    declare("bind=eth0");
    assertEnds("not on loopbacks", fromItself(), _ -> End.REFUSED);
    assertEnds("by IPv4", from(CLIENT), _ -> End.SERVED);
    assertEnds("by IPv6", byIpv6(), _ -> End.SERVED);
  }

  @Test
  void aPortIsBoundToWhateverANodeHasOfABlock() {
    address("n3", "replace", FIRST);
    declare("bind=" + Lab.subnet());
    assertEnds("not by IPv6", byIpv6(), _ -> End.REFUSED);
    assertEnds("by IPv4", from(CLIENT), _ -> End.SERVED);
    assertThat(ask(CLIENT, FIRST, "")).isEqualTo(End.SERVED);

    address("n3", "replace", LATER);
    address("n3", "delete", FIRST);
    await("bound to what came", () -> ask(CLIENT, LATER, "") == End.SERVED);
    await("and not to what went", () -> addresses("n3").equals(Set.of(Lab.address("n3"), LATER)));
    assertEnds("all others as before", from(CLIENT), _ -> End.SERVED);
  }

  @Test
  void aPortIsServedByTheNodesThatAreAskedFor() throws IOException {
    declare("nodes=node.labels.edge==yes");
    assertEnds("no node is an edge", from(CLIENT), _ -> End.REFUSED);
    Swarm.docker("node", "update", "--label-add", "edge=yes", "n3");
    assertEnds("n3 is one", from(CLIENT), node -> servedIf(node.equals("n3")));
    assertThat(tables.json("n1", "/api/v1/routes").at("/unserved/0/reason").asText())
        .contains("node.labels.edge==yes does not hold, it is not set");

    declare("nodes=node.role!=manager");
    assertEnds("all but the manager", from(CLIENT), node -> servedIf(!node.equals("n1")));
    declare("nodes=node.role=worker");
    String refusal = "label tidegate.nodes: node.role=worker (expected: KEY==VALUE";
    await("n1 refuses a bad value", () -> agents.said("n1").contains(refusal));
    assertEnds("the good one stays", from(CLIENT), node -> servedIf(!node.equals("n1")));
  }

  private static End servedIf(boolean isServed) {
    return isServed ? End.SERVED : End.REFUSED;
  }

  /** Has the service declare this and nothing else. */
  private static void declare(String... labels) {
    List<String> command = new ArrayList<>(List.of("service", "update", "--detach"));
    for (String name : LABELS) {
      if (Stream.of(labels).noneMatch(label -> label.startsWith(name + "="))) {
        command.addAll(List.of("--label-rm", "tidegate." + name));
      }
    }
    for (String label : labels) {
      command.addAll(List.of("--label-add", "tidegate." + label));
    }
    command.add(SERVICE);
    Swarm.docker(command.toArray(String[]::new));
  }

  /** Waits until each node treats a client as it should, time after time. */
  private static void assertEnds(String what, Caller caller, Function<String, End> expected) {
    for (String node : Lab.nodes()) {
      End end = expected.apply(node);
      await(what + ": " + end + " by " + node, () -> isAlways(end, caller, node));
    }
    report("%s: so through every node", what);
  }

  private static boolean isAlways(End end, Caller caller, String node) throws IOException {
    for (int i = 0; i < TIMES; i++) {
      if (caller.ask(node) != end) {
        return false;
      }
    }
    return true;
  }

  private static void await(String what, Callable<Boolean> condition) {
    Wait.seconds(15).until(what, condition);
  }

  private Caller from(String address) {
    return node -> ask(address, Lab.address(node), "");
  }

  private Caller byIpv6() {
    return node -> ask(Lab.address6("client"), Lab.address6(node), "");
  }

  /** A load balancer, which says for whom it comes. */
  private Caller behind(String address) {
    return node -> {
      String to = Lab.address(node);
      return ask(CLIENT, to, "PROXY TCP4 %s %s 4711 %d\r\n".formatted(address, to, PORT));
    };
  }

  private Caller fromItself() {
    return node ->
        onNodes.computeIfAbsent(node, Place::node).call(() -> end("127.0.0.1", "127.0.0.1", ""));
  }

  private End ask(String from, String to, String header) {
    return client.call(() -> end(from, to, header));
  }

  private static End end(String from, String to, String header) throws IOException {
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
      socket.connect(new InetSocketAddress(to, PORT), 5_000);
      assertThat(Http.ask(socket, header + Http.request("lab", "/"))).contains("task=");
      return End.SERVED;
    } catch (ConnectException e) {
      return End.REFUSED;
    } catch (SocketException e) {
      return End.RESET;
    }
  }

  private Set<String> addresses(String node) throws IOException {
    Set<String> addresses = new TreeSet<>();
    tables.route(node, PORT).at("/listener/addresses").forEach(it -> addresses.add(it.asText()));
    return addresses;
  }

  /** What is replaced may be there, from a run before. */
  private static void address(String node, String verb, String address) {
    Lab.run("exec", node, "ip", "address", verb, address + "/24", "dev", "eth0");
  }

  private double denied(String node) {
    try {
      return tables
          .page(node, "/metrics")
          .lines()
          .filter(line -> line.startsWith("tidegate_connections_total{"))
          .filter(line -> line.contains("result=\"denied\""))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
