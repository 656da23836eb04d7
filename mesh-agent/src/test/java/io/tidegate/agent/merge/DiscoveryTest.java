package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterStore;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.cluster.Version;
import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.docker.LocalTasks;
import io.tidegate.agent.docker.NetworkAnswers;
import io.tidegate.agent.docker.Reading;
import io.tidegate.agent.docker.Sandbox;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DiscoveryTest {

  private static final ClusterStore.Heard HEARD = new ClusterStore.Heard("test", 7);

  private final Discovery discovery = new Discovery(() -> 0);

  @Test
  void knowsNothingBeforeTheFirstReading() {
    assertThat(discovery.topology(0)).isNull();
  }

  @Test
  void managerAndWorkerTellTheSameServicesAndTasks() {
    Discovery worker = new Discovery(() -> 0);
    discovery.onReading(Answers.manager(), 0);
    worker.onReading(Answers.worker(), 0);

    List<Service> byRest = Objects.requireNonNull(discovery.topology(0)).services();
    List<Service> byGossip = Objects.requireNonNull(worker.topology(0)).services();

    assertThat(byRest).hasSize(2);
    assertThat(byRest.stream().map(DiscoveryTest::withoutReaches))
        .isEqualTo(byGossip.stream().map(DiscoveryTest::withoutReaches).toList());
  }

  @Test
  void reachesOwnTasksByTheBridgeAndOthersByTheOverlay() {
    discovery.onReading(Answers.worker(), 0);

    assertThat(task(Answers.OWN_TASK_OF_N2).reach().kind()).isEqualTo(Reach.Kind.LOCAL);
    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.OVERLAY);
  }

  @Test
  void takesOutATaskThatDiedAndNoLaterViewBringsItBack() {
    discovery.onReading(Answers.worker(), 0);
    mark(TaskMark.Kind.DIED, Answers.OWN_TASK_OF_N2, seconds(1));
    assertThat(taskOrNull(Answers.OWN_TASK_OF_N2)).isNull();

    discovery.onReading(Answers.worker(), seconds(2));
    assertThat(taskOrNull(Answers.OWN_TASK_OF_N2)).isNull();
  }

  @Test
  void drainsATaskThatGetsItsStopSignal() {
    discovery.onReading(Answers.manager(), 0);
    mark(TaskMark.Kind.STOPPING, Answers.TASK_ON_N1, seconds(1));

    assertThat(task(Answers.TASK_ON_N1, 1).state()).isEqualTo(TaskState.DRAINING);
    assertThat(task(Answers.TASK_ON_N1, 5).state()).isEqualTo(TaskState.DRAINING);
    assertThat(task(Answers.TASK_ON_N1, 6).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void drainsForTheWholeGracePeriodWhereOnlyGossipTells() {
    discovery.onReading(Answers.worker(), 0);
    mark(TaskMark.Kind.STOPPING, Answers.OWN_TASK_OF_N2, 0);

    discovery.onReading(Answers.worker(), seconds(300));
    assertThat(task(Answers.OWN_TASK_OF_N2, 300).state()).isEqualTo(TaskState.DRAINING);
  }

  @Test
  void leavesOutTasksOfThisNodeWithoutAContainer() {
    Reading reading = Answers.manager();
    LocalTasks nothing = new LocalTasks(Map.of(), Map.of());
    discovery.onReading(
        new Reading(
            reading.engine(),
            reading.cluster(),
            reading.ingress(),
            nothing,
            reading.sandbox(),
            true,
            null),
        0);

    assertThat(taskOrNull(Answers.TASK_ON_N1)).isNull();
    assertThat(task(Answers.OWN_TASK_OF_N2).reach().kind()).isEqualTo(Reach.Kind.OVERLAY);
  }

  @Test
  void keepsEverythingWhileTheDaemonIsAway() {
    discovery.onReading(Answers.worker(), 0);
    discovery.onDaemonLost();
    discovery.onReadFailed(Answers.sandbox());

    assertThat(taskIds()).hasSize(7);
    assertThat(task(Answers.OWN_TASK_OF_N2).reach().kind()).isEqualTo(Reach.Kind.LOCAL);
  }

  @Test
  void leavesTheOverlayToOtherNodesAsSoonAsTheDaemonGoesAway() {
    discovery.onReading(Answers.worker(), 0);
    discovery.onDaemonLost();

    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.NONE);
    assertThat(task(Answers.TASK_ON_N1).reach().reason()).contains("Docker goes away");

    discovery.onReading(Answers.worker(), seconds(1));
    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.OVERLAY);
  }

  @Test
  void findsNoWayToOtherNodesOnceTheSandboxIsGone() {
    discovery.onReading(Answers.worker(), 0);
    discovery.onReadFailed(new Sandbox(Answers.sandbox().netnsDir(), "gone"));

    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.NONE);
    assertThat(task(Answers.OWN_TASK_OF_N2).reach().kind()).isEqualTo(Reach.Kind.LOCAL);
  }

  @Test
  void keepsServicesThatARestartedDaemonHasNotLearnedYet() {
    discovery.onReading(Answers.worker(), 0);
    discovery.onDaemonLost();
    discovery.onReading(Answers.worker(Answers.emptyIngress()), seconds(20));

    assertThat(taskIds()).hasSize(7);
    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.NONE);
    assertThat(task(Answers.TASK_ON_N1).reach().reason()).contains("gossip");

    discovery.onReading(Answers.worker(), seconds(50));
    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.OVERLAY);
  }

  @Test
  void keepsServicesWhoseNodesLeftTheGossip() {
    discovery.onReading(Answers.worker(), 0);
    discovery.onReading(Answers.worker(ingressWithout("dns", "10.213.77.11")), seconds(1));

    assertThat(services()).extracting(Service::name).containsExactly("dns", "web");
  }

  @Test
  void dropsServicesThatGossipDropsWhileAllNodesAreThere() {
    discovery.onReading(Answers.worker(), 0);
    discovery.onReading(Answers.worker(ingressWithout("dns", "none")), seconds(1));

    assertThat(services()).extracting(Service::name).containsExactly("web");
  }

  @Test
  void keepsPoliciesAndProtocolsWhenAManagerFallsBackToGossip() {
    Reading rest = Answers.manager();
    discovery.onReading(rest, 0);
    List<Service> before = services();

    discovery.onReading(
        new Reading(
            rest.engine(), null, rest.ingress(), rest.local(), rest.sandbox(), true, "no leader"),
        seconds(1));

    assertThat(services()).isEqualTo(before);
  }

  @Test
  void givesEachServiceThePolicyOfItsLabel() {
    discovery.onReading(Answers.manager(), 0);
    long before = discovery.view().rejected();
    ClusterState state = Answers.cluster();
    List<ClusterService> labelled =
        state.services().stream()
            .map(s -> withLabel(s, s.version().index(), "round-robin"))
            .toList();

    discovery.onListed("stream", new ClusterState(labelled, state.tasks(), state.nodes()), 0);

    assertThat(services())
        .extracting(Service::policy)
        .containsOnly(Policy.of(BalancingPolicy.ROUND_ROBIN));
    assertThat(discovery.view().rejected()).isEqualTo(before);
  }

  @Test
  void tellsTheSameByTheStreamAsByTheApi() {
    discovery.onReading(Answers.manager(), 0);
    List<Service> byRest = services();

    Discovery watched = new Discovery(() -> 0);
    watched.onListed("stream", Answers.cluster(), 0);
    assertThat(watched.topology(0)).isNull();
    watched.onReading(Answers.manager(), 0);

    assertThat(Objects.requireNonNull(watched.topology(0)).services())
        .usingRecursiveComparison()
        .ignoringFieldsOfTypes(Origin.class)
        .isEqualTo(byRest);
  }

  @Test
  void appliesACommitAndLeavesEveryOtherServiceTheSameObject() {
    beWatched();
    Service dns = service("dns");
    Service web = service("web");

    discovery.onCommit(put(withDesired(TASK, ClusterTask.State.SHUTDOWN)), seconds(1));

    assertThat(task(TASK.id()).state()).isEqualTo(TaskState.DRAINING);
    assertThat(service("web")).isNotEqualTo(web);
    assertThat(service("dns")).isSameAs(dns);
    discovery.onCommit(
        new Commit(List.of(new Commit.Change.Removed(ClusterObject.Kind.TASK, TASK.id()))),
        seconds(1));
    assertThat(taskOrNull(TASK.id())).isNull();
  }

  @Test
  void handsOverTheSameTopologyAsLongAsNothingChanges() {
    beWatched();
    Topology before = discovery.topology(seconds(1));

    discovery.onCommit(put(withState(TASK, TASK.version().index() + 1, TASK.state())), seconds(1));
    discovery.onReading(Answers.manager(), seconds(1));

    assertThat(discovery.topology(seconds(1))).isSameAs(before);
  }

  @Test
  void takesOutTheTasksOfANodeThatIsDownAndBringsThemBackWithIt() {
    beWatched();
    long before = taskIds().size();
    ClusterNode node = Answers.cluster().nodes().getFirst();
    long there =
        Answers.cluster().tasks().stream().filter(t -> t.nodeId().equals(node.id())).count();

    discovery.onCommit(put(withState(node, 1000, ClusterNode.State.DOWN)), seconds(1));
    assertThat(taskIds()).hasSize((int) (before - there));
    discovery.onCommit(put(withState(node, 1001, ClusterNode.State.DISCONNECTED)), seconds(1));
    assertThat(taskIds()).hasSize((int) before);
  }

  @Test
  void changesAPolicyWithItsLabel() {
    beWatched();
    long before = discovery.view().rejected();
    ClusterService web = cluster("web");

    discovery.onCommit(put(withLabel(web, 1000, "round-robin")), seconds(1));
    assertThat(service("web").policy()).isEqualTo(Policy.of(BalancingPolicy.ROUND_ROBIN));
    discovery.onCommit(put(withLabel(web, 1001, "random")), seconds(1));
    assertThat(service("web").policy()).isEqualTo(Policy.of(BalancingPolicy.ROUND_ROBIN));
    assertThat(discovery.view().rejected()).isEqualTo(before + 1);
  }

  @Test
  void keepsWhatTheStreamToldWhenTheApiFails() {
    beWatched();
    Reading reading = Answers.manager();

    discovery.onReading(
        new Reading(
            reading.engine(),
            null,
            Answers.emptyIngress(),
            reading.local(),
            reading.sandbox(),
            true,
            ""),
        seconds(1));

    assertThat(taskIds()).hasSize(7);
  }

  @Test
  void fallsBackToTheApiWhenTheStreamIsLost() {
    beWatched();
    ClusterState state = Answers.cluster();
    discovery.onStreamLost();
    assertThat(taskIds()).hasSize(7);

    Reading reading = Answers.manager();
    discovery.onReading(
        new Reading(
            reading.engine(),
            new ClusterState(state.services(), List.of(), state.nodes()),
            reading.ingress(),
            reading.local(),
            reading.sandbox(),
            true,
            null),
        seconds(1));

    assertThat(taskIds()).isEmpty();
  }

  @Test
  void takesNewsOfTheApiAndCallsThemAGapIfTheStreamNeverTellsThem() {
    beWatched();
    Reading ahead = reading(put(withState(TASK, 1000, ClusterTask.State.FAILED)));

    assertThat(discovery.onReading(ahead, seconds(1))).isFalse();
    assertThat(taskOrNull(TASK.id())).isNull();
    assertThat(discovery.onReading(ahead, seconds(11))).isTrue();
  }

  @Test
  void findsNoGapWhereTheStreamWasOnlyLate() {
    beWatched();
    Commit late = put(withState(TASK, 1000, ClusterTask.State.FAILED));

    assertThat(discovery.onReading(reading(late), seconds(1))).isFalse();
    discovery.onCommit(late, seconds(2));
    assertThat(discovery.onReading(reading(late), seconds(11))).isFalse();
  }

  @Test
  void leavesToTheStreamWhatTheApiLacks() {
    beWatched();
    ClusterState state = Answers.cluster();
    Reading without = reading(new ClusterState(state.services(), List.of(), state.nodes()));

    assertThat(discovery.onReading(without, seconds(1))).isFalse();
    assertThat(taskIds()).hasSize(7);
    assertThat(discovery.onReading(without, seconds(11))).isTrue();
  }

  @Test
  void wantsToReadSoonWhenATaskRunsThatItsOwnDockerDoesNotKnow() {
    beWatched();
    assertThat(discovery.isUnsettled(seconds(10))).isFalse();

    discovery.onCommit(
        put(
            new ClusterTask(
                "new",
                Version.at(1000),
                TASK.serviceId(),
                9,
                "elsewhere",
                ClusterTask.State.RUNNING,
                ClusterTask.State.RUNNING,
                List.of(
                    new ClusterTask.Attachment("i", "ingress", true, List.of("10.0.0.99/24"))))),
        seconds(10));

    assertThat(find("new", 10)).isNotNull();
    assertThat(discovery.isUnsettled(seconds(10))).isTrue();
    assertThat(discovery.isUnsettled(seconds(16))).isFalse();
  }

  @Test
  void beginsWithWhatWasSavedAndDoubtsItUntilSomebodyTellsMore() {
    discovery.onSaved("n1", Answers.cluster(), Answers.sandbox(), 0);
    assertThat(taskIds()).hasSize(7);
    assertThat(task(TASK.id()).state()).isEqualTo(TaskState.DOUBTED);
    assertThat(task(TASK.id()).origin().source()).isEqualTo("saved");

    discovery.onListed("stream", Answers.cluster(), seconds(1));
    assertThat(task(TASK.id()).state()).isEqualTo(TaskState.RUNNING);
    assertThat(task(TASK.id()).origin().source()).isEqualTo("stream");
  }

  @Test
  void letsGossipConfirmWhatWasSaved() {
    discovery.onSaved(
        Answers.worker().engine().swarm().nodeId(), Answers.cluster(), Answers.sandbox(), 0);
    discovery.onReading(Answers.worker(), seconds(1));

    assertThat(task(TASK.id()).state()).isEqualTo(TaskState.RUNNING);
    assertThat(task(TASK.id()).origin().source()).isEqualTo("swarm-gossip");
  }

  @Test
  void forgetsWhatWasSavedInAnotherSwarm() {
    discovery.onSaved("of another Swarm", Answers.cluster(), Answers.sandbox(), 0);
    discovery.onReading(Answers.worker(Answers.emptyIngress()), seconds(1));
    discovery.onReading(Answers.worker(Answers.emptyIngress()), seconds(2));

    assertThat(services()).isEmpty();
  }

  @Test
  void takesOutATaskOfAnotherNodeThatItsNodeSaysIsDead() {
    discovery.onReading(Answers.manager(), 0);
    mark(TaskMark.Kind.DIED, Answers.OWN_TASK_OF_N2, seconds(1));

    assertThat(taskOrNull(Answers.OWN_TASK_OF_N2)).isNull();
    assertThat(Objects.requireNonNull(discovery.topology(seconds(1))).origin().source())
        .isEqualTo("test");
  }

  @Test
  void letsGossipMarkWhatAManagerWithoutALeaderStillStreams() {
    beWatched();
    leaderless(Answers.ingress("n2"), 1);
    leaderless(ingressWithout("dns", "10.213.77.11"), 12);
    assertThat(service("dns").tasks())
        .extracting(Task::state)
        .containsExactly(TaskState.DOUBTED, TaskState.DOUBTED);

    discovery.onReading(Answers.manager(), seconds(22));
    assertThat(service("dns").tasks())
        .extracting(Task::state)
        .containsExactly(TaskState.RUNNING, TaskState.RUNNING);
  }

  @Test
  void keepsWhatGossipMarkedWhenACommitTellsNothingNewerOfIt() {
    beWatched();
    leaderless(Answers.ingress("n2"), 1);
    leaderless(ingressWithout("dns", "10.213.77.11"), 12);

    discovery.onCommit(put(withLabel(cluster("dns"), 1000, "round-robin")), seconds(13));

    assertThat(service("dns").policy()).isEqualTo(Policy.of(BalancingPolicy.ROUND_ROBIN));
    assertThat(service("dns").tasks())
        .extracting(Task::state)
        .containsExactly(TaskState.DOUBTED, TaskState.DOUBTED);
  }

  @Test
  void takesACommitForNewerThanWhatGossipMarked() {
    beWatched();
    leaderless(Answers.ingress("n2"), 1);
    leaderless(ingressWithout("dns", "10.213.77.11"), 12);
    ClusterTask told = taskOf(cluster("dns"));

    discovery.onCommit(put(withState(told, 1000, ClusterTask.State.RUNNING)), seconds(13));
    assertThat(task(told.id()).state()).isEqualTo(TaskState.RUNNING);
    assertThat(service("dns").tasks())
        .extracting(Task::state)
        .containsExactlyInAnyOrder(TaskState.RUNNING, TaskState.DOUBTED);

    leaderless(ingressWithout("dns", "10.213.77.11"), 22);
    assertThat(task(told.id()).state()).isEqualTo(TaskState.DOUBTED);
  }

  @Test
  void keepsWhatGossipMarkedWhenACommitTellsWhatIsKnown() {
    beWatched();
    leaderless(Answers.ingress("n2"), 1);
    leaderless(ingressWithout("dns", "10.213.77.11"), 12);
    ClusterTask known = taskOf(cluster("dns"));

    discovery.onCommit(
        new Commit(
            List.of(
                new Commit.Change.Put(known),
                new Commit.Change.Put(withLabel(cluster("dns"), 1000, "round-robin")))),
        seconds(13));

    assertThat(task(known.id()).state()).isEqualTo(TaskState.DOUBTED);
  }

  private static ClusterTask taskOf(ClusterService service) {
    return Answers.cluster().tasks().stream()
        .filter(task -> task.serviceId().equals(service.id()))
        .findFirst()
        .orElseThrow();
  }

  private void leaderless(NetworkAnswers.Network ingress, long second) {
    Reading reading = Answers.manager();
    discovery.onReading(
        new Reading(
            reading.engine(), null, ingress, reading.local(), reading.sandbox(), true, "no leader"),
        seconds(second));
  }

  @Test
  void touchesOnlyServicesOfWhichTheReachableTasksAreOthers() {
    discovery.onReading(Answers.manager(), 0);
    Service web = service("web");
    Reading reading = Answers.manager();
    discovery.onReading(
        new Reading(
            reading.engine(),
            reading.cluster(),
            ingressWithout("dns", "none"),
            reading.local(),
            reading.sandbox(),
            true,
            null),
        0);

    assertThat(service("web")).isSameAs(web);
    assertThat(service("dns").tasks())
        .extracting(task -> task.reach().kind())
        .contains(Reach.Kind.NONE);
  }

  private static final ClusterTask TASK =
      Answers.cluster().tasks().stream()
          .filter(task -> task.id().equals(Answers.TASK_ON_N1))
          .findFirst()
          .orElseThrow();

  private void mark(TaskMark.Kind kind, String taskId, long nowNanos) {
    discovery.onMark(new TaskMark(taskId, kind, 1), "test", nowNanos);
  }

  private void beWatched() {
    discovery.onReading(Answers.manager(), 0);
    discovery.onListed("stream", Answers.cluster(), 0);
    assertThat(taskIds()).hasSize(7);
  }

  private static Commit put(ClusterObject object) {
    return new Commit(List.of(new Commit.Change.Put(object)));
  }

  /** What the API tells after a commit. */
  private static Reading reading(Commit commit) {
    ClusterStore store = new ClusterStore();
    store.replace(Answers.cluster(), HEARD);
    store.apply(commit, HEARD);
    return reading(store.state());
  }

  private static Reading reading(ClusterState state) {
    Reading reading = Answers.manager();
    return new Reading(
        reading.engine(), state, reading.ingress(), reading.local(), reading.sandbox(), true, null);
  }

  private static ClusterTask withState(ClusterTask task, long version, ClusterTask.State state) {
    return new ClusterTask(
        task.id(),
        Version.at(version),
        task.serviceId(),
        task.slot(),
        task.nodeId(),
        state,
        task.desiredState(),
        task.attachments());
  }

  private static ClusterTask withDesired(ClusterTask task, ClusterTask.State desired) {
    return new ClusterTask(
        task.id(),
        Version.at(task.version().index() + 1),
        task.serviceId(),
        task.slot(),
        task.nodeId(),
        task.state(),
        desired,
        task.attachments());
  }

  private static ClusterNode withState(ClusterNode node, long version, ClusterNode.State state) {
    return new ClusterNode(
        node.id(),
        Version.at(version),
        node.name(),
        node.address(),
        state,
        node.availability(),
        node.role());
  }

  private static ClusterService withLabel(ClusterService service, long version, String policy) {
    return new ClusterService(
        service.id(),
        Version.at(version),
        service.createdAt(),
        service.name(),
        Map.of("tidegate.balance", policy),
        service.ports(),
        service.virtualIps());
  }

  private static ClusterService cluster(String name) {
    return Answers.cluster().services().stream()
        .filter(service -> service.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private Service service(String name) {
    return services().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void publishesByLabelWhatDockerDoesNotPublish() {
    ClusterState state = Answers.cluster();
    discovery.onReading(
        reading(
            new ClusterState(
                state.services().stream().map(DiscoveryTest::byLabelAlone).toList(),
                state.tasks().stream().map(DiscoveryTest::withoutNetworks).toList(),
                state.nodes())),
        0);

    Service web = service("web");
    assertThat(web.publications())
        .containsExactly(new Publication(PublishedPort.tcp(8443), 443, Publication.Means.LABEL));
    assertThat(web.createdAtNanos()).isPositive();
    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.LOCAL);
    assertThat(task(Answers.OWN_TASK_OF_N2).reach().kind()).isEqualTo(Reach.Kind.NONE);
    assertThat(task(Answers.OWN_TASK_OF_N2).nodeId()).isNotEmpty();
  }

  private static ClusterService byLabelAlone(ClusterService service) {
    return new ClusterService(
        service.id(),
        service.version(),
        service.createdAt(),
        service.name(),
        Map.of("tidegate.publish", "8443:443/tcp"),
        List.of(),
        service.virtualIps());
  }

  private static ClusterTask withoutNetworks(ClusterTask task) {
    return new ClusterTask(
        task.id(),
        task.version(),
        task.serviceId(),
        task.slot(),
        task.nodeId(),
        task.state(),
        task.desiredState(),
        List.of());
  }

  private static NetworkAnswers.Network ingressWithout(String service, String peer) {
    NetworkAnswers.Network ingress = Answers.ingress("n2");
    Map<String, NetworkAnswers.GossipService> services = new HashMap<>(ingress.services());
    services.remove(service);
    List<NetworkAnswers.Peer> peers =
        ingress.peers().stream().filter(p -> !p.address().equals(peer)).toList();
    return new NetworkAnswers.Network(
        ingress.id(), ingress.name(), true, ingress.containers(), peers, services);
  }

  private static String withoutReaches(Service service) {
    List<String> tasks =
        service.tasks().stream().map(t -> t.id() + t.name() + t.nodeId() + t.state()).toList();
    return service.id() + service.publications() + tasks;
  }

  private List<Service> services() {
    return Objects.requireNonNull(discovery.topology(seconds(1))).services();
  }

  private List<String> taskIds() {
    return services().stream().flatMap(s -> s.tasks().stream()).map(Task::id).toList();
  }

  private Task task(String id) {
    return Objects.requireNonNull(taskOrNull(id), id);
  }

  private @Nullable Task taskOrNull(String id) {
    return find(id, 1);
  }

  private Task task(String id, long seconds) {
    return Objects.requireNonNull(find(id, seconds), id);
  }

  private @Nullable Task find(String id, long seconds) {
    return Objects.requireNonNull(discovery.topology(seconds(seconds))).services().stream()
        .flatMap(service -> service.tasks().stream())
        .filter(task -> task.id().equals(id))
        .findFirst()
        .orElse(null);
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
