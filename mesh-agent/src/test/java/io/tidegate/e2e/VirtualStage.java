package io.tidegate.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Services on an overlay network and on an internal one, with tasks on two nodes, and a container
 * on every node that calls them by their virtual addresses.
 */
final class VirtualStage implements AutoCloseable {

  static final List<String> NETWORKS = List.of("open", "closed");
  static final String WEB = "web";
  static final int TASKS = 4;
  static final List<Integer> TCP_PORTS = List.of(80, 443, 9000);
  static final int UDP_PORT = 443;
  static final String SINGLE = "single";

  private static final int PUBLISHED = 8080;
  private static final int ALSO_PUBLISHED = 8081;
  private static final String CALLER = "caller";

  final ProcessAgents agents = new ProcessAgents("--vip", "on", "--lame-duck", "0s");
  final Tables tables = new Tables();
  private final Map<String, Place> callers = new TreeMap<>();
  private final List<String> addresses = new ArrayList<>();
  private String single = "";

  /** Creates all that, without agents. */
  void setUp() {
    Lab.require();
    Lab.anew();
    Swarm.docker("network", "create", "--driver", "overlay", "open");
    Swarm.docker("network", "create", "--driver", "overlay", "--internal", "closed");
    String ports = TCP_PORTS.stream().map(String::valueOf).collect(Collectors.joining(","));
    String[] onTwoNodes = {
      "--network",
      "open",
      "--network",
      "closed",
      "--constraint",
      "node.hostname!=n3",
      "--env",
      "PORT=" + ports
    };
    Swarm.createWeb(WEB, TASKS, PUBLISHED, onTwoNodes);
    Swarm.createWeb(SINGLE, 1, ALSO_PUBLISHED, "--network", "open");
    Swarm.createOnEveryNode(CALLER, NETWORKS);
    for (String node : Lab.nodes()) {
      callers.put(node, Place.of(Swarm.container(node, CALLER)));
    }
    NETWORKS.forEach(network -> addresses.add(Swarm.virtualAddress(WEB, network)));
    single = Swarm.virtualAddress(SINGLE, "open");
  }

  /** Starts the agents, and waits until each serves all addresses on all networks. */
  void startAgents() {
    agents.start();
    for (String node : Lab.nodes()) {
      Wait.seconds(90).until(node + " serves both addresses", () -> serves(node));
    }
  }

  private boolean serves(String node) throws IOException {
    return addresses.stream().allMatch(it -> hasReady(node, it, TASKS))
        && tables.json(node, "/api/v1/status").at("/vips/networks").size() == NETWORKS.size();
  }

  /** Waits until the service runs so many tasks, and each node has them. */
  void awaitTasks(int tasks) {
    Swarm.awaitRunning(WEB, tasks);
    addresses.forEach(address -> awaitReady(address, tasks));
  }

  /** Waits until each node has so many tasks of an address. */
  void awaitReady(String address, int tasks) {
    for (String node : Lab.nodes()) {
      Wait.seconds(30)
          .until(
              node + " has " + tasks + " tasks of " + address,
              () -> hasReady(node, address, tasks));
    }
  }

  /** Whether a node has so many tasks of an address, by TCP and by UDP. */
  private boolean hasReady(String node, String address, int tasks) {
    int routes = 0;
    for (JsonNode route : virtual(node)) {
      if (route.path("address").asText().equals(address)) {
        if (route.at("/tasks/ready").asInt() != tasks) {
          return false;
        }
        routes++;
      }
    }
    return routes == 2;
  }

  private JsonNode virtual(String node) {
    try {
      return tables.json(node, "/api/v1/routes").path("virtual");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The addresses of the service with all ports, by network. */
  List<String> addresses() {
    return addresses;
  }

  /** That of the service with one task. */
  String single() {
    return single;
  }

  Place caller(String node) {
    return Objects.requireNonNull(callers.get(node), node);
  }

  /** Calls from some nodes to all ports of the first address. */
  List<Load.Call> calls(List<String> nodes) {
    List<Load.Call> calls = new ArrayList<>();
    String address = addresses.getFirst();
    for (String node : nodes) {
      for (int port : TCP_PORTS) {
        calls.add(Load.Call.http(node + " tcp " + port, caller(node), address, port));
      }
      calls.add(Load.Call.udp(node + " udp " + UDP_PORT, caller(node), address, UDP_PORT));
    }
    return calls;
  }

  /**
   * What each caller is told by Docker's DNS, by node; of one network's address; its lines come in
   * any order.
   */
  Map<String, Set<String>> names() {
    Map<String, Set<String>> names = new TreeMap<>();
    for (String node : Lab.nodes()) {
      String caller = Lab.docker(node, "ps", "--quiet", "--filter", "name=" + CALLER);
      String answer = Lab.docker(node, "exec", caller, "nslookup", WEB);
      names.put(node, answer.lines().collect(Collectors.toCollection(TreeSet::new)));
    }
    return names;
  }

  /** Connections by TCP that the agent of a node has passed on. */
  long counted(String node) throws IOException {
    long counted = 0;
    for (String line : tables.page(node, "/metrics").lines().toList()) {
      if (line.startsWith("tidegate_connections_total{")
          && line.contains("proto=\"tcp\"")
          && line.contains("result=\"ok\"")
          && NETWORKS.stream().anyMatch(it -> line.contains("network=\"" + it + "\""))) {
        counted += (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
      }
    }
    return counted;
  }

  @Override
  public void close() {
    agents.close();
    callers.values().forEach(Place::close);
    tables.close();
    if (Lab.runs() && !Lab.isWorn()) {
      Swarm.removeAll();
      NETWORKS.forEach(VirtualStage::removeNetwork);
    }
  }

  private static void removeNetwork(String network) {
    Wait.seconds(30)
        .until(network + " is removed", () -> !Swarm.docker("network", "rm", network).isEmpty());
  }
}
