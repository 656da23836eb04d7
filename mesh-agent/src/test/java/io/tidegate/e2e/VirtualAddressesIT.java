package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * Containers on every node call a service by its virtual addresses, on an overlay network and on an
 * internal one. Its tasks are on two nodes. The agents come after all of them, and go before.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class VirtualAddressesIT {

  private static final List<String> NETWORKS = List.of("open", "closed");
  private static final int TASKS = 4;
  private static final int PUBLISHED = 8080;
  private static final int ALSO_PUBLISHED = 8081;
  private static final int PORT = 80;
  private static final int NOBODYS_PORT = 81;
  private static final int CALLS = 300;
  private static final int TIMEOUT_MILLIS = 2_000;
  private static final int PATIENCE_SECONDS = 5;

  private final ProcessAgents agents = new ProcessAgents("--vip", "on", "--lame-duck", "0s");
  private final Tables tables = new Tables();
  private final Map<String, Place> callers = new TreeMap<>();
  private final List<String> addresses = new ArrayList<>();
  private String single = "";
  private Map<String, String> sandboxesBefore = Map.of();
  private Map<String, Set<String>> namesBefore = Map.of();
  private boolean isAnsweredWithoutAgents;

  @BeforeAll
  void begin() throws IOException {
    Lab.require();
    Lab.anew();
    Swarm.docker("network", "create", "--driver", "overlay", "open");
    Swarm.docker("network", "create", "--driver", "overlay", "--internal", "closed");
    String[] options = {
      "--network", "open", "--network", "closed", "--constraint", "node.hostname!=n3"
    };
    Swarm.createWeb("web", TASKS, PUBLISHED, options);
    Swarm.createWeb("single", 1, ALSO_PUBLISHED, "--network", "open");
    Swarm.createOnEveryNode("caller", NETWORKS);
    for (String node : Lab.nodes()) {
      callers.put(node, Place.of(Swarm.container(node, "caller")));
    }
    NETWORKS.forEach(network -> addresses.add(Swarm.virtualAddress("web", network)));
    single = Swarm.virtualAddress("single", "open");
    sandboxesBefore = Sandboxes.all();
    namesBefore = names();
    isAnsweredWithoutAgents = isAnswered();
    agents.start();
    for (String node : Lab.nodes()) {
      Wait.seconds(90).until(node + " serves both addresses", () -> serves(node));
    }
  }

  @AfterAll
  void end() {
    agents.close();
    callers.values().forEach(Place::close);
    tables.close();
    if (Lab.runs()) {
      Swarm.removeAll();
      NETWORKS.forEach(VirtualAddressesIT::removeNetwork);
    }
  }

  private static void removeNetwork(String network) {
    Wait.seconds(30)
        .until(network + " is removed", () -> !Swarm.docker("network", "rm", network).isEmpty());
  }

  /** Whether a node has both addresses with all of their tasks, and brings clients of all here. */
  private boolean serves(String node) throws IOException {
    int served = 0;
    for (JsonNode route : tables.json(node, "/api/v1/routes").path("virtual")) {
      if (addresses.contains(route.path("address").asText())
          && route.at("/tasks/ready").asInt() == TASKS) {
        served++;
      }
    }
    return served == 2 * NETWORKS.size()
        && tables.json(node, "/api/v1/status").at("/vips/networks").size() == NETWORKS.size();
  }

  private Place caller(String node) {
    return Objects.requireNonNull(callers.get(node), node);
  }

  /** Whether anybody is there, with IPVS or by an agent. */
  private boolean isAnswered() {
    return caller("n1")
        .call(
            () -> {
              try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(addresses.getFirst(), PORT), TIMEOUT_MILLIS);
                return true;
              } catch (IOException e) {
                return false;
              }
            });
  }

  /** What each caller is told by Docker's DNS, by node; its two answers come in any order. */
  private static Map<String, Set<String>> names() {
    Map<String, Set<String>> names = new TreeMap<>();
    for (String node : Lab.nodes()) {
      String caller = Lab.docker(node, "ps", "--quiet", "--filter", "name=caller");
      String answer = Lab.docker(node, "exec", caller, "nslookup", "web");
      names.put(node, answer.lines().collect(Collectors.toCollection(TreeSet::new)));
    }
    return names;
  }

  @Test
  @Order(1)
  void everyTaskAnswersEveryCallerOnEveryNetwork() throws Exception {
    for (String node : Lab.nodes()) {
      for (String address : addresses) {
        Map<String, Integer> calls = new TreeMap<>();
        Set<String> datagrams = new TreeSet<>();
        for (int i = 0; i < CALLS; i++) {
          String answer = caller(node).call(() -> Http.get(address, PORT, "/"));
          calls.merge(answer, 1, Integer::sum);
          datagrams.add(caller(node).call(() -> askByUdp(address)));
        }
        AgentScenarios.report("%d calls on %s of %s: %s", CALLS, node, address, calls);
        assertThat(calls).hasSize(TASKS);
        assertThat(calls.values()).as("%s", calls).allMatch(share -> share > CALLS / TASKS / 2);
        assertThat(datagrams).isEqualTo(calls.keySet());
      }
      assertThat(counted(node)).as("by the agent of %s", node).isEqualTo(2 * CALLS);
    }
    assertThat(names()).isEqualTo(namesBefore);
  }

  private static String askByUdp(String address) throws IOException {
    try (UdpClient client = new UdpClient(address, PORT)) {
      return client.ask();
    }
  }

  /** Connections by TCP that the agent of a node has passed on. */
  private long counted(String node) throws IOException {
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

  @Test
  @Order(2)
  void aPortOfNoTaskIsRefused() {
    for (String node : Lab.nodes()) {
      caller(node).call(() -> assertRefused(addresses.getFirst()));
    }
  }

  private static boolean assertRefused(String address) {
    assertThatThrownBy(
            () -> {
              try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, NOBODYS_PORT), TIMEOUT_MILLIS);
                socket.setSoTimeout(TIMEOUT_MILLIS);
                socket.getInputStream().read();
              }
            })
        .isInstanceOf(SocketException.class);
    return true;
  }

  @Test
  @Order(3)
  void aKilledTaskCostsOnlyWhatWasInFlightOnIt() throws Exception {
    try (Load load = Load.start(caller("n3"), addresses.getFirst(), PORT)) {
      load.goOnFor(Duration.ofSeconds(1));
      double killSeconds = load.seconds();
      Swarm.killContainer("n1", "web");
      double killedSeconds = load.seconds();
      load.goOnFor(Duration.ofSeconds(4));
      List<Load.Request> requests = load.stop();
      AgentScenarios.report("kill -9 of a task: %s", Load.summary(requests));
      AgentScenarios.assertInFlightAtOneInstant(
          requests, Load.failed(requests), killSeconds, killedSeconds);
    }
    Swarm.awaitRunning("web", TASKS);
  }

  @Test
  @Order(4)
  void anUpdateOfTheOnlyTaskFailsNoRequest() throws Exception {
    for (String node : Lab.nodes()) {
      Wait.seconds(30).until(node + " knows the only task", () -> hasOnlyTask(node));
      Set<String> before = Swarm.running("single");
      try (Load load = Load.start(caller(node), single, PORT)) {
        load.goOnFor(Duration.ofSeconds(1));
        Swarm.docker("service", "update", "--detach", "--force", "single");
        Wait.seconds(60).until("the only task is another", () -> isAnother(before));
        load.goOnFor(Duration.ofSeconds(4));
        assertNoneFailedOrGaveUp(load.stop(), node);
      }
    }
  }

  private boolean hasOnlyTask(String node) throws IOException {
    for (JsonNode route : tables.json(node, "/api/v1/routes").path("virtual")) {
      if (route.path("address").asText().equals(single)) {
        return route.at("/tasks/ready").asInt() == 1;
      }
    }
    return false;
  }

  private static boolean isAnother(Set<String> before) {
    Set<String> now = Swarm.running("single");
    return !now.isEmpty() && !now.equals(before);
  }

  /** Clients have less patience than the load. */
  private static void assertNoneFailedOrGaveUp(List<Load.Request> requests, String node) {
    double longest =
        requests.stream().mapToDouble(it -> it.toSeconds() - it.fromSeconds()).max().orElseThrow();
    String summary = Load.summary(requests);
    AgentScenarios.report(
        "update of the only task, from %s: %s, longest %.3f s", node, summary, longest);
    assertThat(Load.failed(requests).size()).as(summary).isZero();
    assertThat(longest).as("seconds").isLessThan(PATIENCE_SECONDS);
  }

  @Test
  @Order(5)
  void allIsAsItWasWhenTheAgentsHaveEnded() {
    assertThat(Sandboxes.all()).isNotEqualTo(sandboxesBefore);
    agents.close();
    assertThat(Sandboxes.all()).isEqualTo(sandboxesBefore);
    assertThat(names()).isEqualTo(namesBefore);
    assertThat(isAnswered()).isEqualTo(isAnsweredWithoutAgents);
    AgentScenarios.report(
        "%d sandboxes are as they were; callers are answered without agents: %s",
        sandboxesBefore.size(), isAnsweredWithoutAgents);
  }
}
