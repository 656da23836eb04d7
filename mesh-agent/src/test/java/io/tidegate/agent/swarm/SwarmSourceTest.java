package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.docker.DockerConfig;
import io.tidegate.agent.docker.FakeDocker;
import io.tidegate.agent.identity.IdentityFiles;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.watch.WatchConfig;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a daemon on a real socket that misbehaves in every way that was seen or feared. */
class SwarmSourceTest {

  private static final Duration POLL = Duration.ofMillis(100);
  private static final String INGRESS = "/networks/klxvo3n7htj5gtpl9czw0w5pt";

  @TempDir Path dir;
  private final List<Topology> topologies = new CopyOnWriteArrayList<>();
  private FakeDocker daemon;
  private SwarmSource source;

  @BeforeEach
  void start() throws Exception {
    daemon = new FakeDocker(dir);
    daemon.answer("/networks", Answers.text("n2.networks.json"));
    WatchConfig nowhere = new WatchConfig(dir.resolve("control.sock"), dir);
    source =
        new SwarmSource(
            new SwarmConfig(
                new DockerConfig(daemon.host(), Duration.ofMillis(1500)),
                dir,
                nowhere,
                new PeerConfig(
                    new HostPort("127.0.0.1", 0),
                    PeerConfig.USUAL_HOP_PORT,
                    0,
                    IdentityFiles.ofSwarm(dir)),
                dir.resolve("state"),
                POLL));
  }

  @AfterEach
  void stop() throws Exception {
    source.close();
    daemon.close();
  }

  @Test
  void readsAManager() throws Exception {
    beManager();
    source.start(topologies::add);
    awaitTasks(7);

    assertThat(source.status().name()).isEqualTo("swarm-rest");
    assertThat(source.status().error()).isNull();
    assertThat(source.nodeFacts().role()).isEqualTo(NodeFacts.Role.MANAGER);
    assertThat(source.nodeFacts().apiVersion()).isEqualTo("1.41");
    assertThat(source.nodeFacts().sandboxError()).contains("ingress_sbox does not exist");
  }

  @Test
  void readsAWorker() throws Exception {
    beWorker();
    source.start(topologies::add);
    awaitTasks(7);

    assertThat(source.status().name()).isEqualTo("swarm-gossip");
    assertThat(source.nodeFacts().role()).isEqualTo(NodeFacts.Role.WORKER);
    assertThat(daemon.requests()).noneMatch(request -> request.contains("/services"));
  }

  @Test
  void readsOnceWithoutStarting() throws Exception {
    beWorker();

    assertThat(source.readOnce().services())
        .extracting(Service::name)
        .containsExactly("dns", "web");
    assertThat(source.nodeFacts().nodeName()).isEqualTo("n2");
  }

  @Test
  void handsOverATopologyOnlyWhenItChanged() throws Exception {
    beWorker();
    source.start(topologies::add);
    awaitTasks(7);
    daemon.forgetRequests();

    await().until(() -> requestsFor(INGRESS) >= 5);

    assertThat(topologies).hasSize(1);
  }

  @Test
  void takesOutATaskAtOnceWhenItsContainerDies() throws Exception {
    beWorker();
    source.start(topologies::add);
    awaitTasks(7);
    awaitFollowed();

    daemon.event(containerEvent("die", ""));

    awaitTasks(6);
    daemon.forgetRequests();
    await().until(() -> requestsFor(INGRESS) >= 3);
    assertThat(tasks()).hasSize(6);
  }

  @Test
  void drainsATaskAtOnceWhenItIsStopped() throws Exception {
    beWorker();
    source.start(topologies::add);
    awaitTasks(7);
    awaitFollowed();

    daemon.event(containerEvent("kill", "15"));

    await().until(() -> draining().equals(List.of(Answers.OWN_TASK_OF_N2)));
  }

  @Test
  void drainsOnAnUnusualSignalOnlyIfItStopsThatContainer() throws Exception {
    beWorker();
    daemon.answer("/containers/c1/json", "{\"Config\":{\"StopSignal\":\"SIGWINCH\"}}");
    source.start(topologies::add);
    awaitTasks(7);
    awaitFollowed();

    daemon.event(containerEvent("kill", "1"));
    await().until(() -> requestsFor("/containers/c1/json") == 1);
    assertThat(draining()).isEmpty();

    daemon.event(containerEvent("kill", "28"));
    await().until(() -> draining().equals(List.of(Answers.OWN_TASK_OF_N2)));
  }

  @Test
  void showsATaskThatIsMeantToStopAsDraining() throws Exception {
    beManager();
    source.start(topologies::add);
    awaitTasks(7);
    String tasks = Answers.text("n1.tasks-desired-running.json");
    String meantToStop =
        tasks.replace("\"DesiredState\":\"running\"", "\"DesiredState\":\"remove\"");

    daemon.answer("/tasks?id", meantToStop);
    daemon.answer("/tasks", "[]");

    await().until(() -> draining().size() == 7);

    daemon.answer(
        "/tasks?id", meantToStop.replace("\"State\":\"running\"", "\"State\":\"shutdown\""));
    awaitTasks(0);
  }

  @Test
  void losesNothingWhileTheDaemonIsAwayAndFindsItAgain() throws Exception {
    beWorker();
    source.start(topologies::add);
    awaitTasks(7);

    daemon.stop();
    await().until(() -> source.status().error() != null);
    await().until(() -> source.status().failures() >= 2);
    assertThat(tasks()).hasSize(7);
    assertThat(source.status().hasTopology()).isTrue();

    daemon.start();
    await().atMost(Duration.ofSeconds(20)).until(() -> source.status().error() == null);
    assertThat(tasks()).hasSize(7);
  }

  @Test
  void keepsServicesThatARestartedDaemonDoesNotKnowYet() throws Exception {
    beWorker();
    source.start(topologies::add);
    awaitTasks(7);
    awaitFollowed();

    daemon.stop();
    await().until(() -> source.status().error() != null);
    daemon.answer(
        INGRESS,
        """
        {"Id":"klxvo3n7htj5gtpl9czw0w5pt","Ingress":true,
        "Services":{"dns":{"Ports":["Target: 53, Publish: 5353"]}}}""");
    daemon.start();

    awaitTasks(5);
    daemon.forgetRequests();
    await().until(() -> requestsFor(INGRESS) >= 3);
    assertThat(topologies.getLast().services())
        .extracting(Service::name)
        .containsExactly("dns", "web");
    assertThat(tasks()).hasSize(5);
  }

  @Test
  void losesNothingToNonsense() throws Exception {
    beManager();
    source.start(topologies::add);
    awaitTasks(7);

    for (String nonsense : List.of("<html>bad gateway</html>", "[{\"ID\":null}]", "[{]")) {
      daemon.answer("/services", nonsense);
      daemon.answer(INGRESS, nonsense);
      long failures = source.status().failures();
      await().until(() -> source.status().failures() > failures + 1);

      assertThat(tasks()).hasSize(7);
      assertThat(source.status().error()).contains("GET /v1.41/");
    }
  }

  @Test
  void losesNothingWhenAnswersDoNotCome() throws Exception {
    beWorker();
    source.start(topologies::add);
    awaitTasks(7);

    daemon.hang("/info");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> String.valueOf(source.status().error()).contains("no answer within"));
    assertThat(tasks()).hasSize(7);

    daemon.resume("/info");
    await().atMost(Duration.ofSeconds(20)).until(() -> source.status().error() == null);
  }

  @Test
  void fallsBackToGossipWhenTheClusterHasNoLeader() throws Exception {
    beManager();
    source.start(topologies::add);
    awaitTasks(7);
    Topology before = topologies.getLast();

    daemon.fail("/services", 500, "rpc error: The swarm does not have a leader");
    await().until(() -> source.status().name().equals("swarm-gossip"));

    assertThat(source.status().error()).contains("does not have a leader");
    assertThat(topologies.getLast()).isEqualTo(before);
  }

  @Test
  void startsNothingAnewWhenANodeIsDemoted() throws Exception {
    beManager();
    source.start(topologies::add);
    awaitTasks(7);
    Topology before = topologies.getLast();

    String demoted =
        Answers.text("n1.info.json")
            .replace("\"ControlAvailable\":true", "\"ControlAvailable\":false");
    daemon.answer("/info", demoted);
    daemon.fail("/services", 503, "This node is not a swarm manager.");
    await().until(() -> source.status().name().equals("swarm-gossip"));
    await().until(() -> source.status().error() == null);

    assertThat(topologies.getLast()).isEqualTo(before);
  }

  @Test
  void losesNothingWhenTheSwarmIsLocked() throws Exception {
    beManager();
    source.start(topologies::add);
    awaitTasks(7);

    daemon.answer(
        "/info",
        Answers.text("n1.info.json")
            .replace("\"LocalNodeState\":\"active\"", "\"LocalNodeState\":\"locked\""));
    await().until(() -> String.valueOf(source.status().error()).contains("swarm: locked"));

    assertThat(tasks()).hasSize(7);
    assertThat(source.nodeFacts().swarmState()).isEqualTo("locked");
  }

  @Test
  void handsOverNothingAsLongAsItKnowsNothing() throws Exception {
    daemon.stop();
    source.start(topologies::add);

    await().until(() -> source.status().failures() >= 1);

    assertThat(topologies).isEmpty();
    assertThat(source.status().hasTopology()).isFalse();
  }

  @Test
  void followsEventsAgainAfterTheStreamWasCut() throws Exception {
    beWorker();
    source.start(topologies::add);
    awaitFollowed();

    daemon.cutEvents();
    await().until(() -> source.status().failures() >= 1);
    awaitFollowed();
    awaitTasks(7);
    daemon.event(containerEvent("die", ""));

    awaitTasks(6);
  }

  private void beManager() {
    answerFor("n1");
    daemon.answer("/services", Answers.text("n1.services.json"));
    daemon.answer("/tasks", Answers.text("n1.tasks-desired-running.json"));
    daemon.answer("/tasks?id", "[]");
    daemon.answer("/nodes", Answers.text("n1.nodes.json"));
  }

  private void beWorker() {
    answerFor("n2");
    daemon.fail("/services", 503, "This node is not a swarm manager.");
  }

  private void answerFor(String node) {
    daemon.answer("/info", Answers.text(node + ".info.json"));
    daemon.answer(INGRESS, Answers.text(node + ".networks-ingress-verbose.json"));
    daemon.answer(
        "/networks/docker_gwbridge", Answers.text(node + ".networks-docker_gwbridge.json"));
    daemon.answer("/containers/json", Answers.text(node + ".containers.json"));
  }

  private static String containerEvent(String action, String signal) {
    return """
        {"Type":"container","Action":"%s","Actor":{"ID":"c1","Attributes":
        {"com.docker.swarm.task.id":"%s","signal":"%s"}}}"""
        .formatted(action, Answers.OWN_TASK_OF_N2, signal);
  }

  private void awaitTasks(int count) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !topologies.isEmpty() && tasks().size() == count);
  }

  private void awaitFollowed() {
    await().atMost(Duration.ofSeconds(20)).until(() -> daemon.followers() == 1);
  }

  private List<Task> tasks() {
    return topologies.getLast().services().stream().flatMap(s -> s.tasks().stream()).toList();
  }

  private List<String> draining() {
    return tasks().stream().filter(t -> t.state() == TaskState.DRAINING).map(Task::id).toList();
  }

  private long requestsFor(String path) {
    return daemon.requests().stream().filter(request -> request.contains(path)).count();
  }
}
