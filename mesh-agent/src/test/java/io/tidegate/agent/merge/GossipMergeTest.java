package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterStore.Heard;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.ClusterTask.State;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.Version;
import io.tidegate.agent.docker.Addresses;
import io.tidegate.routing.Origin;
import io.tidegate.routing.TaskState;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GossipMergeTest {

  private static final Duration SETTLE = Duration.ofMinutes(2);

  private final GossipMerge merge = new GossipMerge(SETTLE);
  private final ClusterView cluster = new ClusterView();

  @Test
  void doubtsARunningTaskThatGossipKnewAndKnowsNoMore() {
    told(task("a", State.RUNNING, State.RUNNING), task("b", State.RUNNING, State.RUNNING));
    assertThat(states(1, "a", "b")).containsOnly(TaskState.RUNNING);

    assertThat(task("b", merged(2, "a")).state()).isEqualTo(TaskState.DOUBTED);
    assertThat(task("b", merged(2, "a")).origin().source()).isEqualTo("swarm-gossip");
    assertThat(task("a", merged(2, "a")).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void believesGossipAgainThatATaskIsThere() {
    told(task("a", State.RUNNING, State.RUNNING), task("b", State.RUNNING, State.RUNNING));
    merged(1, "a", "b");
    merged(2, "a");

    assertThat(states(3, "a", "b")).containsOnly(TaskState.RUNNING);
  }

  @Test
  void dropsWhatHasBeenDoubtedForTenMinutesWithAllThatHangsOnIt() {
    told(task("a", State.RUNNING, State.RUNNING));
    merged(1, "a");

    assertThat(states(2)).containsExactly(TaskState.DOUBTED);
    assertThat(states(601)).containsExactly(TaskState.DOUBTED);
    assertThat(merged(602)).isEmpty();
  }

  @Test
  void drawsNoConclusionFromGossipThatHasNeverToldAll() {
    told(task("a", State.RUNNING, State.RUNNING), task("b", State.RUNNING, State.RUNNING));

    assertThat(states(1, "a")).containsOnly(TaskState.RUNNING);
    assertThat(states(119, "a")).containsOnly(TaskState.RUNNING);
    assertThat(task("b", merged(121, "a")).state()).isEqualTo(TaskState.DOUBTED);
  }

  @Test
  void drawsNoConclusionUntilARestartedDaemonHasLearnedAllAgain() {
    told(task("a", State.RUNNING, State.RUNNING));
    merged(1, "a");
    merge.doubt();

    assertThat(states(2)).containsExactly(TaskState.RUNNING);
    assertThat(states(3, "a")).containsExactly(TaskState.RUNNING);
    assertThat(states(4)).containsExactly(TaskState.DOUBTED);
  }

  @Test
  void beginsANewDoubtWhereGossipToldOfATaskInTheMeantime() {
    told(task("a", State.RUNNING, State.RUNNING));
    merged(1, "a");
    merged(2);
    merged(500, "a");
    merged(501);

    assertThat(states(700)).containsExactly(TaskState.DOUBTED);
  }

  @Test
  void givesARestartedDaemonTwoMinutesOnceMore() {
    told(task("a", State.RUNNING, State.RUNNING));
    merged(1, "a");
    merge.doubt();

    assertThat(states(300)).containsExactly(TaskState.RUNNING);
    assertThat(states(420)).containsExactly(TaskState.DOUBTED);
  }

  @Test
  void takesGossipForNothingCompleteBeforeAManagerToldAnything() {
    merged(1);
    told(task("a", State.RUNNING, State.RUNNING));

    assertThat(states(2)).containsExactly(TaskState.RUNNING);
  }

  @Test
  void waitsForNoTaskThatDrainsOrThatGossipNeverTells() {
    ClusterTask elsewhere =
        new ClusterTask("c", Version.at(1), "s1", 1, "n1", State.RUNNING, State.RUNNING, List.of());
    told(
        task("a", State.RUNNING, State.RUNNING),
        task("b", State.RUNNING, State.SHUTDOWN),
        elsewhere);
    merged(1, "a");

    assertThat(task("a", merged(2)).state()).isEqualTo(TaskState.DOUBTED);
  }

  @Test
  void hearsAnewOfATaskThatWasGone() {
    merged(1, "a");
    merged(2);

    assertThat(task("a", merged(3, "a")).origin().heardAtNanos()).isEqualTo(3);
  }

  @Test
  void keepsADrainingTaskForAsLongAsItIsThere() {
    told(task("a", State.RUNNING, State.SHUTDOWN), task("b", State.RUNNING, State.RUNNING));

    assertThat(task("a", merged(1, "a", "b")).state()).isEqualTo(TaskState.DRAINING);
    assertThat(merged(2, "b").getFirst().tasks()).extracting(SeenTask::id).containsExactly("b");
  }

  @Test
  void addsTasksAndServicesThatNoManagerToldOf() {
    told(task("a", State.RUNNING, State.RUNNING));
    SeenService other = new SeenService("other", List.of(), List.of(), List.of(seen("z")));

    List<SeenService> merged = merge(List.of(gossip("a", "new"), other), 1);

    assertThat(merged).extracting(SeenService::name).containsExactly("web", "other");
    assertThat(merged.getFirst().tasks()).extracting(SeenTask::id).containsExactly("a", "new");
    assertThat(merge.serviceOf("z")).isEqualTo("other");
  }

  @Test
  void addsNoTaskThatAManagerToldToHaveEnded() {
    told(task("a", State.RUNNING, State.RUNNING), task("b", State.FAILED, State.SHUTDOWN));

    assertThat(states(1, "a", "b")).hasSize(1);
  }

  @Test
  void addsNoServiceOfWhichAManagerToldThatAllIsOver() {
    told(task("a", State.RUNNING, State.RUNNING));
    cluster.apply(
        new Commit(
            List.of(
                new Commit.Change.Removed(ClusterObject.Kind.SERVICE, "s1"),
                new Commit.Change.Removed(ClusterObject.Kind.TASK, "a"))),
        new Heard("test", 2));

    assertThat(merged(3, "a")).isEmpty();
  }

  @Test
  void addsATaskThatAManagerLastSawStarting() {
    told(task("a", State.STARTING, State.RUNNING));

    assertThat(states(1, "a")).containsExactly(TaskState.RUNNING);
  }

  @Test
  void keepsWhatItMarkedAndAddedOverACommitThatTellsOfOtherThings() {
    told(task("a", State.RUNNING, State.RUNNING), task("b", State.RUNNING, State.RUNNING));
    merged(1, "a", "b");
    merged(2, "a", "new");

    SeenService amended = amended(3);

    assertThat(amended.tasks()).extracting(SeenTask::id).containsExactly("a", "b", "new");
    assertThat(task("b", List.of(amended)).state()).isEqualTo(TaskState.DOUBTED);
    assertThat(task("b", List.of(amended)).origin().heardAtNanos()).isEqualTo(2);
  }

  @Test
  void beginsANewDoubtWhereAManagerSpokeOfATaskInTheMeantime() {
    told(task("a", State.RUNNING, State.RUNNING));
    merged(1, "a");
    merged(2);

    assertThat(task("a", List.of(amended(600, "a"))).state()).isEqualTo(TaskState.RUNNING);
    assertThat(states(603)).containsExactly(TaskState.DOUBTED);
  }

  @Test
  void bringsNothingBackThatHasBeenDoubtedForTooLong() {
    told(task("a", State.RUNNING, State.RUNNING));
    merged(1, "a");
    merged(2);
    assertThat(merged(602)).isEmpty();

    assertThat(amend(603)).containsEntry("web", null);
  }

  private SeenService amended(long second, String... news) {
    return Objects.requireNonNull(amend(second, news).get("web"));
  }

  private Map<String, @Nullable SeenService> amend(long second, String... news) {
    Map<String, @Nullable SeenService> told = new HashMap<>();
    cluster.services().forEach(service -> told.put(service.name(), service));
    long nowNanos = Duration.ofSeconds(second).toNanos();
    return merge.amend(cluster, told, Set.of(news), new GossipMerge.Moment(nowNanos, second));
  }

  @Test
  void remembersWhenItHeardOfATaskFirst() {
    SeenTask first = merged(1, "a").getFirst().tasks().getFirst();
    SeenTask later = merged(9, "a").getFirst().tasks().getFirst();

    assertThat(first.origin()).isEqualTo(new Origin("swarm-gossip", 0, 1));
    assertThat(later).isEqualTo(first);
  }

  @Test
  void leavesServicesAloneThatAreNotOnTheIngressNetwork() {
    told(
        new ClusterTask(
            "a", Version.at(1), "s1", 1, "n1", State.RUNNING, State.RUNNING, List.of()));
    merged(1);

    assertThat(states(300)).containsExactly(TaskState.RUNNING);
  }

  private void told(ClusterTask... tasks) {
    ClusterService web =
        new ClusterService(
            "s1",
            Version.at(1),
            Instant.EPOCH,
            "web",
            Map.of("tidegate.publish", "8080:80"),
            List.of(),
            Map.of());
    cluster.replace(
        new ClusterState(List.of(web), List.of(tasks), List.of()), new Heard("test", 1), 1);
  }

  private static ClusterTask task(String id, State state, State desired) {
    return new ClusterTask(
        id,
        Version.at(1),
        "s1",
        1,
        "n1",
        state,
        desired,
        List.of(new ClusterTask.Attachment("i", "ingress", true, List.of("10.0.0.7/24"))));
  }

  private List<TaskState> states(long second, String... ids) {
    return merged(second, ids).stream()
        .flatMap(service -> service.tasks().stream())
        .map(SeenTask::state)
        .toList();
  }

  private static SeenTask task(String id, List<SeenService> merged) {
    return merged.getFirst().tasks().stream()
        .filter(task -> task.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private List<SeenService> merged(long second, String... ids) {
    return merge(ids.length == 0 ? List.of() : List.of(gossip(ids)), second);
  }

  private List<SeenService> merge(List<SeenService> gossip, long second) {
    long nowNanos = Duration.ofSeconds(second).toNanos();
    merge.observe(cluster.services(), gossip, nowNanos);
    return merge.merge(cluster, gossip, new GossipMerge.Moment(nowNanos, second));
  }

  private static SeenService gossip(String... ids) {
    return new SeenService(
        "web", List.of(), List.of(), Arrays.stream(ids).map(GossipMergeTest::seen).toList());
  }

  private static SeenTask seen(String id) {
    @Nullable InetAddress address = Addresses.parse("10.0.0.7");
    return new SeenTask(id, "web.1", "n1", TaskState.RUNNING, address, Origin.NONE);
  }
}
