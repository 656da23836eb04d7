package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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

  private static final int CALLS = 3_000;
  private static final int CLOSED_PORT = 81;
  private static final int REFUSED = 1_000;

  /** {@code -Dtidegate.told=1000} takes more of them, and three minutes. */
  private static final int TOLD = Integer.getInteger("tidegate.told", 36);

  // Kernels tell an address so many times at once that a port is closed, and then once a second.
  private static final int TOLD_AT_ONCE = 6;
  private static final double AT_ONCE_MILLIS = 1_000;
  private static final int TIMEOUT_MILLIS = 2_000;
  private static final int PATIENCE_SECONDS = 5;
  private static final String LOST = "n2";
  private static final int BUSY_PER_SECOND = 500;

  private final VirtualStage stage = new VirtualStage();
  private Map<String, String> sandboxesBefore = Map.of();
  private Map<String, Set<String>> namesBefore = Map.of();
  private boolean isAnsweredWithoutAgents;

  @BeforeAll
  void begin() {
    stage.setUp();
    sandboxesBefore = Sandboxes.all();
    namesBefore = stage.names();
    isAnsweredWithoutAgents = isAnswered();
    stage.startAgents();
  }

  @AfterAll
  void end() {
    stage.close();
  }

  /** Whether anybody is there, with IPVS or by an agent. */
  private boolean isAnswered() {
    return stage
        .caller("n1")
        .call(
            () -> {
              try (Socket socket = new Socket()) {
                String address = stage.addresses().getFirst();
                int port = VirtualStage.TCP_PORTS.getFirst();
                socket.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
                return true;
              } catch (IOException e) {
                return false;
              }
            });
  }

  @Test
  @Order(1)
  void everyTaskAnswersItsShareOnEveryPortFromEveryNodeOnEveryNetwork() throws Exception {
    int ports = VirtualStage.TCP_PORTS.size() + 1;
    int calls = CALLS / (Lab.nodes().size() * stage.addresses().size() * ports);
    for (String node : Lab.nodes()) {
      for (String address : stage.addresses()) {
        Map<String, Integer> answers = new TreeMap<>();
        Set<String> answersByPort = new TreeSet<>();
        for (int i = 0; i < calls; i++) {
          for (int port : VirtualStage.TCP_PORTS) {
            String task = askByTcp(node, address, port);
            answers.merge(task, 1, Integer::sum);
            answersByPort.add(port + " " + task);
          }
          String task = askByUdp(node, address);
          answers.merge(task, 1, Integer::sum);
          answersByPort.add("udp " + task);
        }
        AgentScenarios.report(
            "%d calls on %s of %s, by task: %s", calls * ports, node, address, answers.values());
        int fair = calls * ports / VirtualStage.TASKS;
        assertThat(answersByPort).hasSize(VirtualStage.TASKS * ports);
        assertThat(answers.values()).allMatch(share -> share > fair / 2 && share < fair * 3 / 2);
      }
      assertThat(stage.counted(node))
          .as("by the agent of %s", node)
          .isEqualTo((long) calls * stage.addresses().size() * VirtualStage.TCP_PORTS.size());
    }
    assertThat(stage.names()).isEqualTo(namesBefore);
    String[] web = stage.addresses().toArray(String[]::new);
    assertThat(namesBefore.values())
        .allSatisfy(told -> assertThat(String.join("\n", told)).containsAnyOf(web));
  }

  private String askByTcp(String node, String address, int port) {
    String asked = "port=" + port + "\n";
    String answer = stage.caller(node).call(() -> Http.get(address, port, "/port"));
    assertThat(answer).startsWith(asked);
    return answer.substring(asked.length());
  }

  private String askByUdp(String node, String address) {
    return stage.caller(node).call(() -> UdpClient.askOnce(address, VirtualStage.UDP_PORT));
  }

  @Test
  @Order(2)
  void aPortOfNoTaskIsRefusedAtOnce() throws Exception {
    int places = Lab.nodes().size() * stage.addresses().size();
    List<Double> reset = refused(Math.ceilDiv(REFUSED, places), RefusedClients::byTcp);
    assertAtOnce("reset", reset, REFUSED);
    List<Double> told = new ArrayList<>();
    while (told.size() < TOLD) {
      if (!told.isEmpty()) {
        Thread.sleep(Duration.ofSeconds(TOLD_AT_ONCE + 1));
      }
      told.addAll(refused(TOLD_AT_ONCE, RefusedClients::byUdp));
    }
    assertAtOnce("told by ICMP", told, TOLD);
  }

  private interface RefusedClient {
    double millis(String address, int port) throws IOException;
  }

  /** Clients on every node and every network, one after the other, so many on each. */
  private List<Double> refused(int each, RefusedClient client) {
    List<Double> millis = new ArrayList<>();
    for (String node : Lab.nodes()) {
      for (String address : stage.addresses()) {
        for (int i = 0; i < each; i++) {
          millis.add(stage.caller(node).call(() -> client.millis(address, CLOSED_PORT)));
        }
      }
    }
    return millis;
  }

  private static void assertAtOnce(String what, List<Double> millis, int clients) {
    assertThat(millis).hasSizeGreaterThanOrEqualTo(clients);
    Distribution took = new Distribution(millis);
    AgentScenarios.report(
        "%d clients of a port of no task %s: p50 %.1f ms, p99 %.1f ms, slowest %.1f ms",
        millis.size(), what, took.percentile(50), took.percentile(99), took.percentile(100));
    assertThat(took.percentile(100)).as(what).isLessThan(AT_ONCE_MILLIS);
  }

  @Test
  @Order(3)
  void aKilledTaskCostsOnlyWhatWasInFlightOnIt() throws Exception {
    try (Load load = Load.start(stage.calls(Lab.nodes()))) {
      load.goOnFor(Duration.ofSeconds(1));
      double killSeconds = load.seconds();
      Swarm.killContainer("n1", VirtualStage.WEB);
      double killedSeconds = load.seconds();
      load.goOnFor(Duration.ofSeconds(2));
      List<Load.Request> requests = load.stop();
      AgentScenarios.report("kill -9 of a task: %s", Load.summary(requests));
      AgentScenarios.assertInFlightAtOneInstant(
          requests, Load.failed(requests), killSeconds, killedSeconds);
    }
    stage.awaitTasks(VirtualStage.TASKS);
  }

  @Test
  @Order(4)
  void noRequestFailsWhileTheServiceIsScaledAndUpdated() throws Exception {
    try (Load load = Load.start(stage.calls(Lab.nodes()))) {
      load.goOnFor(Duration.ofSeconds(1));
      for (int tasks : List.of(VirtualStage.TASKS + 2, VirtualStage.TASKS)) {
        Swarm.docker("service", "scale", "--detach", VirtualStage.WEB + "=" + tasks);
        stage.awaitTasks(tasks);
      }
      update(VirtualStage.WEB, VirtualStage.TASKS);
      load.goOnFor(Duration.ofSeconds(1));
      AgentScenarios.assertNoneFailed(load, "scaled out and in, and updated");
    }
  }

  /** Replaces all tasks of a service, two at a time. */
  private static void update(String service, int tasks) {
    Set<String> before = Swarm.running(service);
    assertThat(before).hasSize(tasks);
    Swarm.docker("service", "update", "--detach", "--force", "--update-parallelism", "2", service);
    Wait.seconds(90)
        .until(
            "all tasks of " + service + " are others",
            () -> {
              Set<String> now = Swarm.running(service);
              return now.size() == tasks && Collections.disjoint(now, before);
            });
  }

  @Test
  @Order(5)
  void anUpdateOfTheOnlyTaskFailsNoRequest() throws Exception {
    String address = stage.single();
    stage.awaitReady(address, 1);
    List<Load.Call> calls =
        Lab.nodes().stream()
            .map(node -> Load.Call.http(node, stage.caller(node), address, 80))
            .toList();
    try (Load load = Load.start(calls)) {
      load.goOnFor(Duration.ofSeconds(1));
      update(VirtualStage.SINGLE, 1);
      load.goOnFor(Duration.ofSeconds(2));
      assertNoneFailedOrGaveUp(load.stop());
    }
  }

  /** Clients have less patience than the load. */
  private static void assertNoneFailedOrGaveUp(List<Load.Request> requests) {
    double longest =
        requests.stream().mapToDouble(it -> it.toSeconds() - it.fromSeconds()).max().orElseThrow();
    String summary = Load.summary(requests);
    AgentScenarios.report("update of the only task: %s, longest %.3f s", summary, longest);
    assertThat(Load.failed(requests).size()).as(summary).isZero();
    assertThat(longest).as("seconds").isLessThan(PATIENCE_SECONDS);
  }

  @Test
  @Order(6)
  void aLostNodeCostsWhatWasOnItsWayAndNothingAfterTwoSeconds() throws Exception {
    List<String> left = Lab.nodes().stream().filter(node -> !node.equals(LOST)).toList();
    assertThat(Swarm.containers(LOST, VirtualStage.WEB)).isNotEmpty();
    try (Load load = Load.start(stage.calls(left), BUSY_PER_SECOND)) {
      load.goOnFor(Duration.ofSeconds(1));
      double cutSeconds = load.seconds();
      Lab.run("cut", LOST);
      double isCutSeconds = load.seconds();
      load.goOnFor(Duration.ofSeconds(4));
      List<Load.Request> requests = load.stop();
      String summary = Load.summary(requests);
      AgentScenarios.report("a node cut off after %.3f s: %s", cutSeconds, summary);
      assertLostByCut(Load.failed(requests), cutSeconds, isCutSeconds, summary);
    }
  }

  /** What was on its way just then, and of what came later one in a hundred of the first second. */
  private static void assertLostByCut(
      List<Load.Request> failed, double fromSeconds, double toSeconds, String summary) {
    Map<Boolean, List<Load.Request>> failedLater =
        failed.stream().collect(Collectors.partitioningBy(it -> it.fromSeconds() > toSeconds));
    var _ =
        AgentScenarios.assertLostAtOneInstant(
            failedLater.getOrDefault(false, List.of()), fromSeconds, toSeconds);
    List<Load.Request> later = failedLater.getOrDefault(true, List.of());
    assertThat(later.size()).as(summary).isLessThanOrEqualTo(BUSY_PER_SECOND / 100);
    assertThat(later).allMatch(it -> it.fromSeconds() < fromSeconds + 2, summary);
  }

  @Test
  @Order(7)
  void allIsAsItWasWhenTheAgentsHaveEnded() {
    assertThat(Sandboxes.all()).isNotEqualTo(sandboxesBefore);
    stage.agents.close();
    assertThat(Sandboxes.all()).isEqualTo(sandboxesBefore);
    assertThat(stage.names()).isEqualTo(namesBefore);
    assertThat(isAnswered()).isEqualTo(isAnsweredWithoutAgents);
    AgentScenarios.report(
        "%d sandboxes are as they were; callers are answered without agents: %s",
        sandboxesBefore.size(), isAnsweredWithoutAgents);
  }
}
