package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.NodeRole;
import io.tidegate.agent.merge.Discovery;
import io.tidegate.routing.Task;
import io.tidegate.routing.Testimony;
import io.tidegate.routing.Topology;
import io.tidegate.routing.Witness;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may speak as a witness, on the manager n1. */
class WitnessBoxTest {

  private static final ClusterTask TASK =
      Answers.cluster().tasks().stream()
          .filter(task -> task.id().equals(Answers.OWN_TASK_OF_N2))
          .findFirst()
          .orElseThrow();

  private final Discovery discovery = new Discovery(() -> 0);
  private final Said said = new Said();
  private final WitnessBox box = new WitnessBox(said, discovery);

  @BeforeEach
  void know() {
    discovery.onReading(Answers.manager(), 0);
  }

  @Test
  void hearsANodeAsTheOneThatItsCertificateNamesAndPassesItOn() {
    box.onReported(worker("w1"), List.of(ejected("", 1)), 0);
    box.onReported(worker("w2"), List.of(ejected("w2", 1)), 0);

    assertThat(witnesses()).containsExactly(new Witness("w1", 80), new Witness("w2", 80));
    assertThat(said.all()).containsExactly("pass on", "pass on");
    assertThat(said.passedOn).extracting(TaskMark::witness).containsExactly("w1", "w2");
  }

  @Test
  void refusesAWorkerThatSpeaksForAnother() {
    box.onReported(worker("liar"), List.of(ejected("w1", 1), ejected("w2", 1)), 0);

    assertThat(witnesses()).isEmpty();
    assertThat(said.all())
        .hasSize(2)
        .allMatch(word -> word.contains("liar") && word.contains("spoke for another node"));
  }

  @Test
  void hearsOneNodeOnceHoweverOftenItSpeaks() {
    box.onReported(worker("liar"), List.of(ejected("", 1)), 0);
    box.onReported(worker("liar"), List.of(ejected("", 1), ejected("", 2)), 0);

    assertThat(witnesses()).containsExactly(new Witness("liar", 80));
  }

  @Test
  void hearsOfOthersFromManagers() {
    NodeName manager = new NodeName("m2", NodeRole.MANAGER, "cluster");
    box.onReported(manager, List.of(ejected("w1", 1), ejected("", 1)), 0);

    assertThat(witnesses()).containsExactly(new Witness("m2", 80), new Witness("w1", 80));
  }

  @Test
  void hearsTheManagerThatItFollowsAndWhatThatOnePassesOn() {
    box.onFollowed("m1", List.of(ejected("w1", 1), ejected("", 1)), 0);

    assertThat(witnesses()).containsExactly(new Witness("m1", 80), new Witness("w1", 80));
    assertThat(said.all()).isEmpty();
  }

  @Test
  void passesOnNothingThatIsKnown() {
    box.onReported(worker("w1"), List.of(ejected("", 1)), 0);
    box.onReported(worker("w1"), List.of(ejected("", 1)), 0);

    assertThat(said.all()).containsExactly("pass on");
  }

  @Test
  void takesNoNoteOfItsOwnWordNorOfTasksThatItDoesNotKnow() {
    box.onFollowed("m1", List.of(ejected(discovery.ownNodeId(), 1)), 0);
    box.onReported(
        worker("w1"),
        List.of(new TaskMark("unknown", TaskMark.Kind.EJECTED, 1, "", 80, seconds(15))),
        0);

    assertThat(witnesses()).isEmpty();
    assertThat(said.all()).isEmpty();
  }

  @Test
  void countsWhatANodeSaysBeyondItsShare() {
    List<TaskMark> many =
        IntStream.rangeClosed(1, 1_025)
            .mapToObj(
                port -> new TaskMark(TASK.id(), TaskMark.Kind.EJECTED, 1, "", port, seconds(15)))
            .toList();
    box.onReported(worker("liar"), many, 0);

    assertThat(said.all())
        .filteredOn(word -> word.contains("spoke of more tasks than"))
        .singleElement()
        .asString()
        .contains("liar", TASK.id());
  }

  @Test
  void leavesMarksOfTheTasksOwnNodeAlone() {
    box.onReported(worker("w1"), List.of(new TaskMark(TASK.id(), TaskMark.Kind.DIED, 1)), 0);

    assertThat(said.all()).isEmpty();
  }

  @Test
  void isSilentWhenTheHoldIsOver() {
    assertThat(discovery.hasMarks()).isFalse();
    box.onReported(worker("w1"), List.of(ejected("", 1)), 0);
    assertThat(witnesses(seconds(14))).hasSize(1);
    assertThat(discovery.hasMarks()).as("time alone ends it").isTrue();
    assertThat(witnesses(seconds(15))).isEmpty();
    assertThat(discovery.hasMarks()).isFalse();
  }

  @Test
  void leavesItToTheCertificateToSayWhoThisNodeIs() {
    assertThat(
            WitnessBox.own(
                List.of(
                    new Testimony("t1", 80, true, Duration.ofSeconds(15)),
                    new Testimony("t1", 80, false, Duration.ZERO)),
                7))
        .containsExactly(
            new TaskMark("t1", TaskMark.Kind.EJECTED, 7, "", 80, seconds(15)),
            new TaskMark("t1", TaskMark.Kind.REVIVED, 7, "", 80, 0));
  }

  private static NodeName worker(String id) {
    return new NodeName(id, NodeRole.WORKER, "cluster");
  }

  private static TaskMark ejected(String witness, long atNanos) {
    return new TaskMark(TASK.id(), TaskMark.Kind.EJECTED, atNanos, witness, 80, seconds(15));
  }

  private List<Witness> witnesses() {
    return witnesses(0);
  }

  private List<Witness> witnesses(long nowNanos) {
    Topology topology = Objects.requireNonNull(discovery.topology(nowNanos));
    return topology.services().stream()
        .flatMap(service -> service.tasks().stream())
        .filter(task -> task.id().equals(TASK.id()))
        .map(Task::witnesses)
        .findFirst()
        .orElseThrow();
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
