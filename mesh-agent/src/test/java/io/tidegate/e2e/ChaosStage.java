package io.tidegate.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** What a fault is done to: a Swarm, its agents, and the load that runs meanwhile. */
final class ChaosStage implements AutoCloseable {

  static final int PORT = 8080;
  static final String WEB = "web";
  private static final int FIRST_FREE = 200;

  final ProcessAgents agents;
  final Tables tables;
  private final Place client;
  private final Deque<Runnable> afterwards = new ArrayDeque<>();
  private Swarm.@Nullable Container chosen;
  private ChaosLoad.Aim aim = new ChaosLoad.Aim(Lab.nodes(), Lab.nodes(), List.of(), 0);

  ChaosStage(ProcessAgents agents, Tables tables, Place client) {
    this.agents = agents;
    this.tables = tables;
    this.client = client;
  }

  /** The load goes to these nodes alone. */
  void ask(List<String> nodes) {
    aim = new ChaosLoad.Aim(nodes, nodes, List.of(), 0);
  }

  /** These nodes alone are asked for new connections; those that are kept are there before. */
  void open(List<String> nodes, int ahead) {
    aim = new ChaosLoad.Aim(aim.nodes(), nodes, List.of(), ahead);
  }

  /** The load comes from these addresses in turn. */
  void comeFrom(List<InetAddress> addresses) {
    aim = new ChaosLoad.Aim(aim.nodes(), aim.open(), addresses, 0);
  }

  /** One more address of the client, for as long as this stage is there. */
  InetAddress address(int number) {
    String own = Lab.address("client");
    String address = own.substring(0, own.lastIndexOf('.') + 1) + (FIRST_FREE + number);
    Lab.run("exec", "client", "ip", "address", "replace", address + "/24", "dev", "eth0");
    afterwards(
        () -> Lab.run("exec", "client", "ip", "address", "del", address + "/24", "dev", "eth0"));
    return InetAddress.ofLiteral(address);
  }

  /** What is to be done when all is over. */
  void afterwards(Runnable act) {
    afterwards.push(act);
  }

  @Override
  public void close() {
    while (!afterwards.isEmpty()) {
      afterwards.pop().run();
    }
  }

  ChaosLoad load() {
    return new ChaosLoad(client, PORT, aim);
  }

  /** What a new connection to a node is answered. */
  Future<String> ask(String node) {
    return client.start(() -> Http.get(Lab.address(node), PORT, "/"));
  }

  /** Connections to nodes that are to last, each with its task. */
  ChaosRelays relays(List<String> nodes, int each) {
    return ChaosRelays.open(client, nodes, each);
  }

  /** Creates the service that is loaded, and waits until every node has it. */
  void web(int replicas, String... options) {
    Swarm.createWeb(WEB, replicas, PORT, options);
    awaitTables(replicas);
  }

  /**
   * Looks for a task of the last node, to which something is to happen: that takes longer than what
   * happens then.
   */
  void choose() {
    chosen = Swarm.container(last(), WEB);
  }

  Swarm.Container chosen() {
    return Objects.requireNonNull(chosen);
  }

  void awaitTables(int replicas) {
    Swarm.awaitRunning(WEB, replicas);
    tables.awaitEverywhereMillis(PORT, Swarm.running(WEB));
  }

  /** Updates the service and waits until Swarm says that this is over. */
  void update(String... options) {
    List<String> args = new ArrayList<>(List.of("service", "update", "--detach"));
    args.addAll(List.of(options));
    args.add(WEB);
    String before = updatedAt();
    Swarm.docker(args.toArray(String[]::new));
    awaitUpdated(before);
  }

  void rollBack() {
    String before = updatedAt();
    Swarm.docker("service", "rollback", "--detach", WEB);
    awaitUpdated(before);
  }

  private static void awaitUpdated(String before) {
    Wait.seconds(180)
        .until(
            "the update is over",
            () -> {
              String now = updatedAt();
              return now.contains("completed") && !now.equals(before);
            });
  }

  private static String updatedAt() {
    return Swarm.docker(
        "service",
        "inspect",
        WEB,
        "--format",
        "{{if .UpdateStatus}}{{.UpdateStatus.State}} {{.UpdateStatus.CompletedAt}}{{end}}");
  }

  void scale(int replicas) {
    Swarm.docker("service", "scale", "--detach", WEB + "=" + replicas);
    Swarm.awaitRunning(WEB, replicas);
  }

  /** How many connects of a node to tasks that are named so have failed. */
  long connectFailures(String node, String taskName) throws IOException {
    long failures = 0;
    for (String list : List.of("endpoints", "withheld")) {
      for (JsonNode endpoint : tables.route(node, PORT).path(list)) {
        if (endpoint.path("task").asText().equals(taskName)) {
          failures += endpoint.path("connectFailures").asLong();
        }
      }
    }
    return failures;
  }

  /** A node that is not asked and runs tasks of the service. */
  static String last() {
    return Lab.nodes().getLast();
  }

  static void pause(double seconds) throws InterruptedException {
    Thread.sleep((long) (seconds * 1_000));
  }
}
