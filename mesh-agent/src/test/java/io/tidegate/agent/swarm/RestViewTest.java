package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.TaskState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RestViewTest {

  @Test
  void readsServicesPortsAndTasks() {
    List<SeenService> services = RestView.of(Answers.rest());

    assertThat(services).extracting(SeenService::name).containsExactlyInAnyOrder("web", "dns");
    assertThat(service(services, "web").publications())
        .containsExactly(new Publication(PublishedPort.tcp(8080), 80));
    assertThat(service(services, "dns").publications())
        .containsExactly(
            new Publication(PublishedPort.tcp(5353), 53),
            new Publication(new PublishedPort(5353, Protocol.UDP), 53));
    assertThat(service(services, "web").tasks())
        .hasSize(5)
        .extracting(SeenTask::id, SeenTask::name, SeenTask::nodeId, SeenTask::state)
        .contains(
            tuple(
                "ci8tve1inzwzrh1mtnuo4o8wf",
                "web.5",
                "mf833l3w1ujwhrrepn97enjhj",
                TaskState.RUNNING));
    assertThat(service(services, "web").tasks())
        .extracting(task -> String.valueOf(task.ingressAddress()))
        .contains("/10.0.0.10");
  }

  @Test
  void agreesWithGossipOnAllButTheNodesIds() {
    Map<String, String> nodes =
        Map.of(
            "10.213.77.11", "mf833l3w1ujwhrrepn97enjhj",
            "10.213.77.12", "kwnk7m0mg94h73crhs6wpcvig");

    List<SeenService> gossip =
        GossipView.of(Answers.ingress("n2"), address -> nodes.getOrDefault(address, address));

    assertThat(sorted(gossip)).isEqualTo(sorted(RestView.of(Answers.rest())));
  }

  @Test
  void drainsATaskThatRunsAndIsMeantToStop() {
    assertThat(stateWith("running", "shutdown", "ready")).containsExactly(TaskState.DRAINING);
    assertThat(stateWith("running", "remove", "ready")).containsExactly(TaskState.DRAINING);
  }

  @Test
  void leavesOutTasksThatDoNotRun() {
    for (String state : List.of("new", "ready", "starting", "failed", "complete", "orphaned")) {
      assertThat(stateWith(state, "running", "ready")).as(state).isEmpty();
    }
  }

  @Test
  void leavesOutTasksOfANodeThatIsDownOnly() {
    assertThat(stateWith("running", "running", "down")).isEmpty();
    assertThat(stateWith("running", "shutdown", "down")).isEmpty();
    assertThat(stateWith("running", "running", "unknown")).containsExactly(TaskState.RUNNING);
    assertThat(stateWith("running", "running", "disconnected")).containsExactly(TaskState.RUNNING);
  }

  @Test
  void namesTasksOfGlobalServicesAfterTheirNode() {
    RestAnswers answers = answers(port("tcp", 8080), task(0, "running", "running"), "ready");

    assertThat(RestView.of(answers).getFirst().tasks().getFirst().name()).isEqualTo("web.n1");
  }

  @Test
  void publishesOnlyAllocatedPortsOfTheMesh() {
    DockerAnswers.Task task = task(1, "running", "running");
    DockerAnswers.Port host = new DockerAnswers.Port("tcp", 80, 8080, "host");

    assertThat(RestView.of(answers(host, task, "ready"))).isEmpty();
    assertThat(RestView.of(answers(port("tcp", 0), task, "ready"))).isEmpty();
  }

  @Test
  void tellsPortsThatAreNeitherTcpNorUdp() {
    RestAnswers answers = answers(port("sctp", 9000), task(1, "running", "running"), "ready");

    assertThat(RestView.of(answers)).isEmpty();
    assertThat(RestView.unserved(answers)).isEqualTo(Map.of("web", List.of("9000/sctp")));
  }

  private static List<TaskState> stateWith(String state, String desired, String node) {
    RestAnswers answers = answers(port("tcp", 8080), task(1, state, desired), node);
    return RestView.of(answers).getFirst().tasks().stream().map(SeenTask::state).toList();
  }

  private static RestAnswers answers(
      DockerAnswers.Port port, DockerAnswers.Task task, String nodeState) {
    return new RestAnswers(
        List.of(
            new DockerAnswers.Service(
                "s1",
                new DockerAnswers.ServiceSpec("web", Map.of()),
                new DockerAnswers.ServiceEndpoint(List.of(port)),
                "")),
        List.of(task),
        List.of(
            new DockerAnswers.Node(
                "n1", new DockerAnswers.NodeStatus(nodeState, "10.0.0.1"), null)));
  }

  private static DockerAnswers.Port port(String protocol, int published) {
    return new DockerAnswers.Port(protocol, 80, published, "ingress");
  }

  private static DockerAnswers.Task task(int replica, String state, String desired) {
    return new DockerAnswers.Task(
        "t1", "s1", replica, "n1", new DockerAnswers.TaskStatus(state), desired, List.of());
  }

  private static SeenService service(List<SeenService> services, String name) {
    return services.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private static List<String> sorted(List<SeenService> services) {
    return services.stream()
        .flatMap(
            service ->
                service.tasks().stream()
                    .map(task -> service.name() + service.publications() + task))
        .sorted()
        .toList();
  }
}
