package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterService.Port;
import io.tidegate.agent.cluster.ClusterService.Protocol;
import io.tidegate.agent.cluster.ClusterService.PublishMode;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterStore;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.ClusterTask.State;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.Version;
import io.tidegate.agent.docker.Answers;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.VirtualIp;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterViewTest {

  private static final ClusterStore.Heard HEARD = new ClusterStore.Heard("test", 7);

  @Test
  void readsServicesPortsAndTasks() {
    List<SeenService> services = view(Answers.cluster());

    assertThat(services).extracting(SeenService::name).containsExactlyInAnyOrder("web", "dns");
    assertThat(service(services, "web").publications())
        .containsExactly(new Publication(PublishedPort.tcp(8080), 80));
    assertThat(service(services, "dns").publications())
        .containsExactly(
            new Publication(PublishedPort.tcp(5353), 53),
            new Publication(PublishedPort.parse("5353/udp"), 53));
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

    assertThat(sorted(gossip)).isEqualTo(sorted(view(Answers.cluster())));
  }

  @Test
  void drainsATaskThatRunsAndIsMeantToStop() {
    assertThat(stateWith(State.RUNNING, State.SHUTDOWN, ClusterNode.State.READY))
        .containsExactly(TaskState.DRAINING);
    assertThat(stateWith(State.RUNNING, State.REMOVE, ClusterNode.State.READY))
        .containsExactly(TaskState.DRAINING);
  }

  @Test
  void leavesOutTasksThatDoNotRun() {
    for (State state : State.values()) {
      if (state != State.RUNNING) {
        assertThat(stateWith(state, State.RUNNING, ClusterNode.State.READY))
            .as("%s", state)
            .isEmpty();
      }
    }
  }

  @Test
  void leavesOutTasksOfANodeThatIsDownOnly() {
    assertThat(stateWith(State.RUNNING, State.RUNNING, ClusterNode.State.DOWN)).isEmpty();
    assertThat(stateWith(State.RUNNING, State.SHUTDOWN, ClusterNode.State.DOWN)).isEmpty();
    assertThat(stateWith(State.RUNNING, State.RUNNING, ClusterNode.State.UNKNOWN))
        .containsExactly(TaskState.RUNNING);
    assertThat(stateWith(State.RUNNING, State.RUNNING, ClusterNode.State.DISCONNECTED))
        .containsExactly(TaskState.RUNNING);
  }

  @Test
  void namesTasksOfGlobalServicesAfterTheirNode() {
    ClusterState state =
        state(
            port(Protocol.TCP, 8080),
            task(0, State.RUNNING, State.RUNNING),
            ClusterNode.State.READY);

    assertThat(view(state).getFirst().tasks().getFirst().name()).isEqualTo("web.n1");
  }

  @Test
  void leavesOutServicesThatPublishNothing() {
    ClusterTask task = task(1, State.RUNNING, State.RUNNING);
    Port host = new Port(Protocol.TCP, 80, 8080, PublishMode.HOST);

    assertThat(view(state(host, task, ClusterNode.State.READY))).isEmpty();
  }

  @Test
  void keepsServicesThatPublishNothingAndTheAddressesOfTheirTasksWhereVirtualAddressesCount() {
    ClusterService api =
        new ClusterService(
            "s1",
            Version.at(1),
            Instant.EPOCH,
            "api",
            Map.of(),
            List.of(),
            Map.of("b", "10.1.0.2/24"));
    ClusterTask task =
        new ClusterTask(
            "t1",
            Version.at(1),
            "s1",
            1,
            "n1",
            State.RUNNING,
            State.RUNNING,
            List.of(
                new ClusterTask.Attachment("i", "ingress", true, List.of("10.0.0.3/24")),
                new ClusterTask.Attachment("b", "backend", false, List.of("10.1.0.3/24")),
                new ClusterTask.Attachment("o", "other", false, List.of("10.2.0.3/24"))));
    ClusterState state = new ClusterState(List.of(api), List.of(task), List.of());
    ClusterView view = new ClusterView(true);
    view.replace(state, HEARD, HEARD.atNanos());

    assertThat(view(state)).isEmpty();
    SeenService seen = view.services().iterator().next();
    assertThat(seen.virtualIps())
        .containsExactly(new VirtualIp("b", "backend", InetAddress.ofLiteral("10.1.0.2")));
    assertThat(seen.tasks().getFirst().addresses())
        .isEqualTo(Map.of("b", InetAddress.ofLiteral("10.1.0.3")));
  }

  @Test
  void tellsAServiceThatTookTheNameOfAnother() {
    ClusterView view = new ClusterView();
    view.replace(
        state(
            port(Protocol.TCP, 8080),
            task(1, State.RUNNING, State.RUNNING),
            ClusterNode.State.READY),
        HEARD,
        HEARD.atNanos());

    ClusterView.Change change =
        view.apply(
            new Commit(
                List.of(
                    new Commit.Change.Put(service("s2", port(Protocol.TCP, 9090))),
                    new Commit.Change.Removed(ClusterObject.Kind.SERVICE, "s1"))),
            HEARD);

    assertThat(change.services()).containsOnlyKeys("web");
    assertThat(change.services().get("web"))
        .isEqualTo(
            new SeenService(
                "web",
                List.of(new Publication(PublishedPort.tcp(9090), 80)),
                List.of(),
                List.of()));
    assertThat(view.services()).hasSize(1);
  }

  @Test
  void keepsAServiceWhenAnotherOfItsNameIsGone() {
    ClusterView view = new ClusterView();
    for (String id : List.of("s1", "s2")) {
      ClusterService service = service(id, port(Protocol.TCP, 8080));
      view.apply(new Commit(List.of(new Commit.Change.Put(service))), HEARD);
    }

    ClusterView.Change change =
        view.apply(
            new Commit(List.of(new Commit.Change.Removed(ClusterObject.Kind.SERVICE, "s1"))),
            HEARD);

    assertThat(change.services().get("web")).isNotNull();
    assertThat(view.services()).hasSize(1);
  }

  private static List<SeenService> view(ClusterState state) {
    ClusterView view = new ClusterView();
    view.replace(state, HEARD, HEARD.atNanos());
    return List.copyOf(view.services());
  }

  private static List<TaskState> stateWith(State state, State desired, ClusterNode.State node) {
    ClusterState whole = state(port(Protocol.TCP, 8080), task(1, state, desired), node);
    return view(whole).getFirst().tasks().stream().map(SeenTask::state).toList();
  }

  private static ClusterState state(Port port, ClusterTask task, ClusterNode.State node) {
    return new ClusterState(
        List.of(service("s1", port)),
        List.of(task),
        List.of(
            new ClusterNode(
                "n1",
                Version.at(1),
                "one",
                "10.0.0.1",
                node,
                ClusterNode.Availability.ACTIVE,
                ClusterNode.Role.WORKER)));
  }

  private static ClusterService service(String id, Port port) {
    return new ClusterService(
        id, Version.at(1), Instant.EPOCH, "web", Map.of(), List.of(port), Map.of());
  }

  private static Port port(Protocol protocol, int published) {
    return new Port(protocol, 80, published, PublishMode.INGRESS);
  }

  private static ClusterTask task(int slot, State state, State desired) {
    return new ClusterTask("t1", Version.at(1), "s1", slot, "n1", state, desired, List.of());
  }

  private static SeenService service(List<SeenService> services, String name) {
    return services.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private static List<String> sorted(List<SeenService> services) {
    return services.stream()
        .flatMap(
            service ->
                service.tasks().stream()
                    .map(task -> task.as(task.state(), Origin.NONE))
                    .map(task -> service.name() + service.publications() + task))
        .sorted()
        .toList();
  }
}
