package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.docker.Answers;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What nodes and gossip say of tasks before any manager does. */
class DiscoveryMarksTest extends DiscoveryFixture {

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
}
