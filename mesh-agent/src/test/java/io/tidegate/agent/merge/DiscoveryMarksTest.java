package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.cluster.Version;
import io.tidegate.agent.docker.Answers;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What nodes and gossip say of tasks before any manager does. */
class DiscoveryMarksTest extends DiscoveryFixture {

  /** Long after everything in the Swarm was written. */
  private static final long LATER = seconds(2_000_000_000);

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
  void leavesTheWordToTheManagerOnceItSaysThatATaskStops() {
    beWatched();
    mark(TaskMark.Kind.STOPPING, TASK.id(), seconds(1));
    assertThat(task(TASK.id()).origin().source()).isEqualTo("test");

    discovery.onCommit(put(withDesired(TASK, ClusterTask.State.SHUTDOWN)), seconds(1));
    assertThat(task(TASK.id()).origin().source()).isEqualTo("stream");
  }

  @Test
  void drainsForTheWholeGracePeriodWhereOnlyGossipTells() {
    discovery.onReading(Answers.worker(), 0);
    mark(TaskMark.Kind.STOPPING, Answers.OWN_TASK_OF_N2, 0);

    discovery.onReading(Answers.worker(), seconds(300));
    assertThat(task(Answers.OWN_TASK_OF_N2, 300).state()).isEqualTo(TaskState.DRAINING);
  }

  @Test
  void takesOutATaskOfAnotherNodeThatItsNodeSaysIsDead() {
    discovery.onReading(Answers.manager(), 0);
    assertThat(taskIds()).hasSize(7);
    mark(TaskMark.Kind.DIED, Answers.OWN_TASK_OF_N2, seconds(1));

    assertThat(taskOrNull(Answers.OWN_TASK_OF_N2)).isNull();
    assertThat(Objects.requireNonNull(discovery.topology(seconds(1))).origin().source())
        .isEqualTo("test");
  }

  @Test
  void takesWhatAReadingLacksForTheWordOfTheReadingNotOfAMarkBeforeIt() {
    discovery.onReading(Answers.manager(), 0);
    mark(TaskMark.Kind.DIED, "long gone", seconds(1));
    timeOfDayNanos = seconds(3600);

    discovery.onReading(
        reading(put(withState(TASK, 1000, ClusterTask.State.FAILED))), seconds(3600));

    assertThat(taskOrNull(TASK.id())).isNull();
    assertThat(origin()).isEqualTo("swarm-rest");
  }

  @Test
  void takesWhatGossipLacksForTheWordOfGossipNotOfAMarkBeforeIt() {
    discovery.onReading(Answers.worker(), 0);
    mark(TaskMark.Kind.DIED, "long gone", seconds(1));
    timeOfDayNanos = seconds(3600);

    discovery.onReading(Answers.worker(ingressWithout("dns", "none")), seconds(3600));

    assertThat(origin()).isEqualTo("swarm-gossip");
  }

  private String origin() {
    return Objects.requireNonNull(discovery.topology(seconds(3600))).origin().source();
  }

  @Test
  void withholdsATaskForAsLongAsItsNodeSaysThatItIsUnwell() {
    beWatched();
    mark(TaskMark.Kind.UNWELL, TASK.id(), seconds(1));
    assertThat(task(TASK.id(), 1).state()).isEqualTo(TaskState.UNWELL);
    assertThat(task(TASK.id(), 1).origin().source()).isEqualTo("test");

    discovery.onReading(Answers.manager(), seconds(2));
    mark(TaskMark.Kind.UNWELL, TASK.id(), seconds(11));
    assertThat(task(TASK.id(), 40).state()).isEqualTo(TaskState.UNWELL);
    assertThat(task(TASK.id(), 41).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void takesATaskBackOnceItsNodeSaysThatItIsWell() {
    beWatched();
    mark(TaskMark.Kind.UNWELL, TASK.id(), seconds(1));
    mark(TaskMark.Kind.WELL, TASK.id(), seconds(2));

    assertThat(task(TASK.id(), 2).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void takesANewTaskForUnwellUntilItsNodeHasCheckedItWhereTheServiceWantsThat() {
    timeOfDayNanos = LATER;
    beWatched();
    discovery.onCommit(put(checkedFirst(cluster("web"))), seconds(1));
    discovery.onCommit(put(startedNow()), seconds(1));
    assertThat(task(TASK.id(), 1).state()).as("runs for long").isEqualTo(TaskState.RUNNING);
    assertThat(task("new", 1).state()).isEqualTo(TaskState.UNWELL);

    mark(TaskMark.Kind.WELL, "new", seconds(2));
    assertThat(task("new", 2).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void takesANewTaskForReadyAfterAWhileWhereNobodyChecksIt() {
    timeOfDayNanos = LATER;
    beWatched();
    discovery.onCommit(put(checkedFirst(cluster("web"))), seconds(1));
    discovery.onCommit(put(startedNow()), seconds(1));

    assertThat(task("new", 1).state()).isEqualTo(TaskState.UNWELL);
    assertThat(task("new", 30).state()).isEqualTo(TaskState.UNWELL);
    timeOfDayNanos = LATER + seconds(31);
    assertThat(task("new", 32).state()).isEqualTo(TaskState.RUNNING);
  }

  private static ClusterTask startedNow() {
    return new ClusterTask(
        "new",
        new Version(2_000, LATER),
        TASK.serviceId(),
        9,
        "elsewhere",
        ClusterTask.State.RUNNING,
        ClusterTask.State.RUNNING,
        List.of());
  }

  private static ClusterService checkedFirst(ClusterService service) {
    return new ClusterService(
        service.id(),
        Version.at(1_000),
        service.createdAt(),
        service.name(),
        Map.of("tidegate.check", "http", "tidegate.check.start", "unwell"),
        service.ports(),
        service.virtualIps());
  }

  @Test
  void drainsAnUnwellTaskThatIsStopped() {
    beWatched();
    mark(TaskMark.Kind.UNWELL, TASK.id(), seconds(1));

    discovery.onCommit(put(withDesired(TASK, ClusterTask.State.SHUTDOWN)), seconds(1));
    assertThat(task(TASK.id()).state()).isEqualTo(TaskState.DRAINING);
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
  void forgetsThatTheApiFailedOnceThisNodeIsNoManager() {
    beWatched();
    leaderless(Answers.ingress("n2"), 1);
    leaderless(ingressWithout("dns", "10.213.77.11"), 12);
    assertThat(discovery.view().isLeaderless()).isTrue();

    demoted(ingressWithout("dns", "10.213.77.11"), 22);

    assertThat(discovery.view().isLeaderless()).isFalse();
    assertThat(service("dns").tasks())
        .extracting(Task::state)
        .containsExactly(TaskState.RUNNING, TaskState.RUNNING);
  }

  @Test
  void isInNoDoubtAboutAnApiThatAWorkerDoesNotHave() {
    beWatched();
    leaderless(Answers.ingress("n2"), 1);
    assertThat(discovery.isUnsettled(seconds(1))).isTrue();

    demoted(Answers.ingress("n2"), 2);

    assertThat(discovery.isUnsettled(seconds(2))).isFalse();
  }

  @Test
  void keepsWhatGossipMarkedWhenACommitTellsNothingNewerOfIt() {
    beWatched();
    leaderless(Answers.ingress("n2"), 1);
    leaderless(ingressWithout("dns", "10.213.77.11"), 12);

    discovery.onCommit(put(withLabel(cluster("dns"), 1000, "round-robin")), seconds(13));

    assertThat(service("dns").policy().balance()).isEqualTo(BalancingPolicy.ROUND_ROBIN);
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
}
