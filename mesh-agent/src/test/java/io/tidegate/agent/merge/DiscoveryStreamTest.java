package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.Version;
import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.docker.Reading;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Service;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a stream tells, with the API beside it. */
class DiscoveryStreamTest extends DiscoveryFixture {

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
  void tellsTheLabelsOfNodesAndTheirChanges() {
    beWatched();
    Topology before = Objects.requireNonNull(discovery.topology(seconds(1)));
    ClusterNode own = node(before.traits().ownId());
    assertThat(before.traits().byId().get(own.id())).isEqualTo(KnownNodes.traits(own));
    assertThat(KnownNodes.traits(own).os()).isEqualTo("linux");
    assertThat(KnownNodes.traits(own).role()).isEqualTo("manager");

    ClusterNode labelled =
        new ClusterNode(
            own.id(),
            Version.at(1000),
            own.name(),
            own.address(),
            own.state(),
            own.availability(),
            own.role(),
            new ClusterNode.Facts("linux", "x86_64", Map.of("zone", "a"), Map.of()));
    discovery.onCommit(put(labelled), seconds(1));
    Topology after = Objects.requireNonNull(discovery.topology(seconds(1)));
    assertThat(after.traits().byId().get(own.id())).isEqualTo(KnownNodes.traits(labelled));
    assertThat(after.services()).isEqualTo(before.services());

    discovery.onStreamLost();
    assertThat(discovery.topology(seconds(3))).isSameAs(after);
  }

  private static ClusterNode node(String id) {
    return Answers.cluster().nodes().stream()
        .filter(node -> node.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void changesAPolicyWithItsLabel() {
    beWatched();
    long before = discovery.view().rejected();
    ClusterService web = cluster("web");

    discovery.onCommit(put(withLabel(web, 1000, "round-robin")), seconds(1));
    assertThat(service("web").policy().balance()).isEqualTo(BalancingPolicy.ROUND_ROBIN);
    discovery.onCommit(put(withLabel(web, 1001, "random")), seconds(1));
    assertThat(service("web").policy().balance()).isEqualTo(BalancingPolicy.ROUND_ROBIN);
    assertThat(discovery.view().rejected()).isEqualTo(before + 1);
  }

  @Test
  void leavesNoPolicyOfARemovedServiceToTheNextOneOfItsName() {
    beWatched();
    ClusterService web = cluster("web");
    discovery.onCommit(put(withLabel(web, 1000, "round-robin")), seconds(1));

    discovery.onCommit(removed(web), seconds(1));
    discovery.onCommit(put(withLabel(withId(web, "another"), 1002, "random")), seconds(1));

    assertThat(service("web").policy().balance()).isEqualTo(BalancingPolicy.P2C);
  }

  @Test
  void leavesNoPolicyOfAServiceThatWasNotPublished() {
    beWatched();
    ClusterService web = cluster("web");
    discovery.onCommit(removed(web), seconds(1));
    ClusterService hidden =
        new ClusterService(
            "hidden", Version.at(1000), web.createdAt(), "web", Map.of(), List.of(), Map.of());
    discovery.onCommit(put(withLabel(hidden, 1001, "round-robin")), seconds(1));

    discovery.onCommit(removed(hidden), seconds(1));
    discovery.onCommit(put(withLabel(withId(web, "another"), 1003, "random")), seconds(1));

    assertThat(service("web").policy().balance()).isEqualTo(BalancingPolicy.P2C);
  }

  @Test
  void keepsThePolicyOfAServiceThatHasTheNameOfARemovedOne() {
    beWatched();
    ClusterService web = cluster("web");
    discovery.onCommit(put(withLabel(withId(web, "another"), 1000, "round-robin")), seconds(1));

    discovery.onCommit(removed(web), seconds(1));
    discovery.onCommit(put(withLabel(withId(web, "another"), 1002, "random")), seconds(1));

    assertThat(service("web").policy().balance()).isEqualTo(BalancingPolicy.ROUND_ROBIN);
  }

  private static Commit removed(ClusterObject object) {
    return new Commit(List.of(new Commit.Change.Removed(object.kind(), object.id())));
  }

  private static ClusterService withId(ClusterService service, String id) {
    return new ClusterService(
        id,
        service.version(),
        service.createdAt(),
        service.name(),
        service.labels(),
        service.ports(),
        service.virtualIps());
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
}
