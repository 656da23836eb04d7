package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a user may expect of agents on a real Swarm, however they are run. n3 runs no task unless a
 * test says so.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SwarmScenarios {

  private static final Logger LOG = LoggerFactory.getLogger(SwarmScenarios.class);

  static final int PORT = 8080;
  private static final int UDP_SESSIONS = 40;
  private static final int WITHIN_MILLIS = 2_000;
  private static final String NOT_ON_N3 = "node.hostname!=n3";

  final Tables tables = new Tables();
  private final Agents agents;
  final Place client = Place.client();
  private boolean started;

  SwarmScenarios(Agents agents) {
    this.agents = agents;
  }

  @BeforeAll
  void startAgents() {
    Lab.require();
    Lab.anew();
    started = true;
    agents.start();
    Lab.nodes()
        .forEach(node -> Wait.seconds(90).until(node + " is ready", () -> tables.isReady(node)));
    tables.awaitGossip();
  }

  @AfterAll
  void stopAgents() {
    client.close();
    tables.close();
    if (started) {
      agents.close();
    }
  }

  @BeforeEach
  @AfterEach
  void removeServices() {
    List.of("web", "second", "third", "echo", "tricks").forEach(this::removeIfThere);
  }

  private void removeIfThere(String service) {
    try {
      Swarm.remove(service);
    } catch (AssertionError e) {
      // It was not there.
    }
  }

  @Test
  void everyNodeServesEveryTaskEvenly() {
    Swarm.createWeb("web", 5, PORT, "--constraint", NOT_ON_N3);
    tables.awaitEverywhereMillis(PORT, Swarm.running("web"));
    for (String node : Lab.nodes()) {
      Map<String, Integer> answers = new TreeMap<>();
      for (int i = 0; i < 500; i++) {
        answers.merge(client.call(() -> Http.get(Lab.address(node), PORT, "/")), 1, Integer::sum);
      }
      assertThat(answers).as("answers through " + node).hasSize(5);
      assertThat(answers.values())
          .allSatisfy(count -> assertThat(count).as("14 to 26 %% of 500").isBetween(70, 130));
      report("spread through %s: %s", node, answers.values());
    }
  }

  @Test
  void everyNodeFollowsEveryChangeWithinTwoSecondsAndDisturbsNothingElse() throws Exception {
    Swarm.createWeb("web", 5, PORT, "--constraint", NOT_ON_N3);
    Swarm.docker(
        "service",
        "create",
        "--detach",
        "--name",
        "echo",
        "--publish",
        "7007:7",
        "tidegate-lab/http",
        "echo",
        "7");
    Swarm.awaitRunning("echo", 1);
    assertFollows("echo", 7007, "appear");
    List<Steady> steady = Lab.nodes().stream().map(node -> new Steady(node, 7007)).toList();
    assertFollows("web", PORT, "5 tasks");

    Swarm.docker("service", "scale", "--detach", "web=2");
    Swarm.awaitRunning("web", 2);
    assertFollows("web", PORT, "scale to 2");
    Swarm.docker("service", "scale", "--detach", "web=7");
    Swarm.awaitRunning("web", 7);
    assertFollows("web", PORT, "scale to 7");

    Set<String> before = Swarm.running("web");
    Swarm.docker("service", "update", "--detach", "--force", "--update-parallelism", "3", "web");
    Wait.seconds(120)
        .until("every task of web is new", () -> allNew(before, Swarm.running("web"), 7));
    Swarm.awaitRunning("web", 7);
    assertFollows("web", PORT, "update --force");

    Swarm.createWeb("second", 2, 8081);
    assertFollows("second", 8081, "second service");
    Swarm.createWeb("third", 3, 8082);
    assertFollows("third", 8082, "third service");

    Swarm.docker(
        "service",
        "update",
        "--detach",
        "--publish-rm",
        "8082:80",
        "--publish-add",
        "8083:80",
        "third");
    Wait.seconds(60).until("third runs anew", () -> tables.ready("n1", 8083).size() == 3);
    Swarm.awaitRunning("third", 3);
    assertFollows("third", 8083, "change of the port");
    Wait.seconds(2).until("8082 is refused", () -> refusesEverywhere(8082));

    Swarm.remove("second");
    long tookMillis = tables.awaitEverywhereMillis(8081, Set.of());
    report("service rm: gone from every table after %d ms", tookMillis);
    Wait.seconds(10).until("8081 is refused", () -> refusesEverywhere(8081));
    steady.forEach(Steady::assertStillAnswers);
  }

  @Test
  void aKilledTaskCostsOnlyWhatWasInFlightOnIt() throws Exception {
    Swarm.createWeb("web", 5, PORT, "--constraint", NOT_ON_N3);
    tables.awaitEverywhereMillis(PORT, Swarm.running("web"));
    try (Load load = Load.start(client, PORT, Lab.nodes())) {
      load.goOnFor(Duration.ofSeconds(4));
      double killSeconds = load.seconds();
      Swarm.killContainer("n1", "web");
      double killedSeconds = load.seconds();
      load.goOnFor(Duration.ofSeconds(10));
      List<Load.Request> requests = load.stop();
      List<Load.Request> failed = Load.failed(requests);
      report("kill -9 of a task: %s", Load.summary(requests));
      assertInFlightAtOneInstant(requests, failed, killSeconds, killedSeconds);
    }
  }

  /** The task died at one instant during the kill: only what was on its way just then may fail. */
  static void assertInFlightAtOneInstant(
      List<Load.Request> requests, List<Load.Request> failed, double from, double to) {
    double death = AgentScenarios.assertLostAtOneInstant(failed, from, to);
    long inFlight = requests.stream().filter(request -> request.wasInFlightAt(death)).count();
    assertThat(failed.size())
        .as("the share of one task in %d requests in flight at %s s", inFlight, death)
        .isLessThanOrEqualTo((int) Math.max(2, inFlight / 2));
  }

  @Test
  void aUdpSessionStaysWithItsTaskAndGoesOnWithAnotherWhenThatIsKilled() throws Exception {
    String[] options = {"--constraint", NOT_ON_N3, "--publish", PORT + ":80/udp"};
    Swarm.createWeb("web", 4, PORT, options);
    for (String node : Lab.nodes()) {
      Swarm.awaitRunning("web", 4);
      tables.awaitEverywhereMillis(PORT, Swarm.running("web"));
      try (UdpClients sessions = new UdpClients(client, node, PORT, UDP_SESSIONS)) {
        sessions.assertStay(50);
        String task = sessions.firstTask();
        String id = task.replaceAll("(?s).*task=(\\S+).*", "$1");
        Swarm.killContainer(task.replaceAll("(?s).*node=(\\S+).*", "$1"), id);
        List<Long> tookMillis = sessions.assertGoOnWithout(task);
        report("udp through %s: %s killed, next in ms: %s", node, task.strip(), tookMillis);
        Wait.seconds(30).until("Swarm knows of it", () -> !Swarm.running("web").contains(id));
      }
    }
  }

  @Test
  void passesBytesEndsAndResetsExactlyThroughEveryNode() throws Exception {
    Swarm.createTricks(7008, "n2");
    tables.awaitEverywhereMillis(7008, Swarm.running("tricks"));
    for (String node : Lab.nodes()) {
      Tricks tricks = new Tricks(Lab.address(node), 7008);
      client.call(
          () -> {
            tricks.echoesBothWaysAtOnce(64 << 20);
            tricks.echoesToAReaderThatPauses(64 << 20);
            tricks.echoesSingleBytes(500);
            tricks.deliversAnEndRightBehindTheLastByte(64 << 20);
            tricks.arrivesAsAResetWhenTheTaskResets();
            tricks.arrivesAsAResetWhenTheClientResets(node);
            tricks.arrivesAsAnEndWhenTheClientEnds(node);
            return true;
          });
      report("byte-exact through %s", node);
    }
  }

  private void assertFollows(String service, int port, String change) {
    long tookMillis = tables.awaitEverywhereMillis(port, Swarm.running(service));
    report("%s, %s: on every node %d ms after Swarm", service, change, tookMillis);
    assertThat(tookMillis).as(change).isLessThanOrEqualTo(WITHIN_MILLIS);
  }

  private boolean refusesEverywhere(int port) {
    return Lab.nodes().stream().allMatch(node -> client.call(() -> refuses(node, port)));
  }

  private static boolean refuses(String node, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(Lab.address(node), port), 2_000);
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }

  private static boolean allNew(Set<String> before, Set<String> now, int size) {
    return now.size() == size && before.stream().noneMatch(now::contains);
  }

  /** A line for people, and for whoever has to show the figures. */
  @SuppressWarnings("AnnotateFormatMethod")
  static void report(String format, Object... values) {
    LOG.info(format.formatted(values));
  }

  /** A connection that is kept open, through one node, and must not notice anything. */
  private final class Steady {

    private final Socket socket = new Socket();
    private final String node;

    Steady(String node, int port) {
      this.node = node;
      client.call(
          () -> {
            socket.connect(new InetSocketAddress(Lab.address(node), port), 5_000);
            socket.setSoTimeout(5_000);
            return echo();
          });
    }

    void assertStillAnswers() {
      assertThat(client.call(this::echo)).as("the connection through " + node).isTrue();
      client.call(
          () -> {
            socket.close();
            return true;
          });
    }

    private boolean echo() throws IOException {
      socket.getOutputStream().write(42);
      return socket.getInputStream().read() == 42;
    }
  }
}
