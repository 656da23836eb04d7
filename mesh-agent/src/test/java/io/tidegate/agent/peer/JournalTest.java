package io.tidegate.agent.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.cluster.Version;
import io.tidegate.agent.identity.RefusedException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class JournalTest {

  private final Journal journal = new Journal(new UpdateWriter(new Epoch("node1", 1_000), 1 << 20));
  private long nowNanos;

  @Test
  void aChangeBeforeTheFirstStateIsPartOfIt() {
    assertThat(journal.apply(running(2))).isEmpty();
    assertThat(journal.isReady()).isFalse();
  }

  @Test
  void anEmptyClusterIsAStateToo() {
    assertThat(journal.replace(TestStates.services(0))).hasSize(1);
    assertThat(journal.isReady()).isTrue();
    assertThat(journal.start(nowNanos)).hasSize(1);
  }

  @Test
  void whatIsKnownIsToldOnce() {
    journal.replace(TestStates.services(1));

    assertThat(journal.replace(TestStates.services(1))).isEmpty();
    assertThat(journal.apply(shutdown(2))).hasSize(1);
    assertThat(journal.apply(shutdown(2))).isEmpty();
    assertThat(journal.apply(TestStates.remove(TestStates.service("other")))).isEmpty();
  }

  @Test
  void ofTasksOnlyThoseThatRunAreTold() {
    ClusterState state = TestStates.services(1);
    journal.replace(state);

    assertThat(journal.apply(inState("new", ClusterTask.State.STARTING, 2))).isEmpty();
    assertThat(journal.apply(inState("new", ClusterTask.State.RUNNING, 3))).hasSize(1);
    assertThat(journal.apply(inState("new", ClusterTask.State.FAILED, 4))).hasSize(1);
    assertThat(journal.apply(inState("new", ClusterTask.State.ORPHANED, 5))).isEmpty();
    assertThat(journal.replace(state)).isEmpty();
  }

  private static Commit inState(String id, ClusterTask.State state, long version) {
    return TestStates.put(
        new ClusterTask(
            id,
            Version.at(version),
            "service0",
            1,
            "node1",
            state,
            ClusterTask.State.RUNNING,
            List.of()));
  }

  @Test
  void anOlderStateOfATaskDoesNotReplaceANewerOne() {
    journal.replace(TestStates.services(1));
    journal.apply(shutdown(3));

    assertThat(journal.apply(running(2))).isEmpty();
    assertThat(journal.apply(running(4))).hasSize(1);
  }

  @Test
  void aTaskThatRunsIsNotRemovedByWhatItWasBefore() {
    journal.replace(TestStates.services(1));
    journal.apply(inState("new", ClusterTask.State.RUNNING, 12));

    assertThat(journal.apply(inState("new", ClusterTask.State.STARTING, 10))).isEmpty();
    assertThat(journal.apply(inState("new", ClusterTask.State.RUNNING, 12))).isEmpty();
    assertThat(journal.apply(inState("new", ClusterTask.State.FAILED, 13))).hasSize(1);
  }

  @Test
  void aListThatLeadsBackIsToldToAllAsAWhole() throws RefusedException {
    ClusterState backup = TestStates.services(1);
    journal.replace(backup);
    journal.apply(shutdown(9));

    List<byte[]> told = journal.replace(backup);

    assertThat(told).hasSize(1).isEqualTo(journal.start(nowNanos));
    assertThat(new Intake(1 << 20).take("node1", told.getFirst()))
        .isInstanceOfSatisfying(
            PeerNews.Whole.class,
            whole -> {
              assertThat(whole.version()).isEqualTo(3);
              assertThat(whole.state().tasks()).containsExactlyInAnyOrderElementsOf(backup.tasks());
            });
    assertThat(journal.replace(backup)).isEmpty();
  }

  /** Whoever has heard that an object is gone takes it back from a whole, and from no change. */
  @Test
  void newcomersHearWhatAListToldAsPartOfTheWhole() {
    journal.replace(TestStates.services(40));
    journal.start(nowNanos);

    assertThat(journal.replace(TestStates.services(41))).hasSize(1);
    assertThat(journal.start(nowNanos)).hasSize(1);
  }

  @Test
  void aNewcomerArrivesAtTheVersionOfAllOthers() throws RefusedException {
    journal.replace(TestStates.services(40));
    journal.start(nowNanos);
    for (int version = 2; version < 200; version++) {
      journal.apply(version % 2 == 0 ? shutdown(version) : running(version));
      assertThat(arrive(journal.start(nowNanos))).isEqualTo(version);
    }
  }

  @Test
  void theWholeIsEncodedAnewOnceTheTailIsLong() {
    journal.replace(TestStates.services(40));
    int most = 0;
    for (int version = 2; version < 200; version++) {
      journal.apply(version % 2 == 0 ? shutdown(version) : running(version));
      most = Math.max(most, journal.start(nowNanos).size());
    }

    assertThat(most).isBetween(20, 150);
  }

  @Test
  void marksTakeAVersionAndAreNoPartOfTheState() throws RefusedException {
    assertThat(journal.mark(marks(1), nowNanos)).isEmpty();
    journal.replace(TestStates.services(40));
    journal.start(nowNanos);

    assertThat(journal.mark(marks(1), nowNanos)).hasSize(1);
    assertThat(arrive(journal.start(nowNanos))).isEqualTo(2);
    assertThat(journal.replace(TestStates.services(40))).isEmpty();
  }

  @Test
  void manyMarksAreToldInSeveralUpdatesAndUnsoundOnesNotAtAll() throws RefusedException {
    journal.replace(TestStates.services(40));
    journal.start(nowNanos);

    assertThat(journal.mark(marks(600), nowNanos)).hasSize(3);
    assertThat(arrive(journal.start(nowNanos))).isEqualTo(4);
    assertThat(
            journal.mark(
                List.of(
                    new TaskMark("", TaskMark.Kind.DIED, 1),
                    new TaskMark("x".repeat(129), TaskMark.Kind.DIED, 1),
                    new TaskMark("task0a", TaskMark.Kind.DIED, -1)),
                nowNanos))
        .isEmpty();
  }

  @Test
  void newcomersHearMarksOnlyForAsLongAsTheyHold() throws RefusedException {
    journal.replace(TestStates.services(40));
    journal.start(nowNanos);
    journal.mark(marks(1), nowNanos);
    nowNanos += 1;
    journal.mark(marks(1), nowNanos);
    journal.apply(shutdown(2));

    nowNanos += Journal.MARK_HOLD.toNanos() - 2;
    assertThat(kinds(journal.start(nowNanos)))
        .containsExactly("Whole", "Marked", "Marked", "Changed");
    nowNanos += 1;
    assertThat(kinds(journal.start(nowNanos)))
        .containsExactly("Whole", "Unchanged", "Marked", "Changed");
    nowNanos += 1;
    assertThat(kinds(journal.start(nowNanos)))
        .containsExactly("Whole", "Unchanged", "Unchanged", "Changed");
    assertThat(arrive(journal.start(nowNanos))).isEqualTo(4);
  }

  @Test
  void newcomersDoNotHearWhatWitnessesHaveEjectedBefore() throws RefusedException {
    journal.replace(TestStates.services(40));
    journal.start(nowNanos);
    TaskMark ejected = new TaskMark("task0a", TaskMark.Kind.EJECTED, 1, "node2", 80, 1);
    TaskMark revived = new TaskMark("task0a", TaskMark.Kind.REVIVED, 2, "node2", 80, 0);

    assertThat(journal.mark(List.of(ejected), nowNanos)).hasSize(1);
    journal.mark(List.of(ejected, revived), nowNanos);

    List<PeerNews.Told> told = told(journal.start(nowNanos));
    assertThat(told.get(1)).isInstanceOf(PeerNews.Unchanged.class);
    assertThat(((PeerNews.Marked) told.get(2)).marks()).containsExactly(revived);
  }

  private static List<String> kinds(List<byte[]> messages) throws RefusedException {
    return told(messages).stream().map(news -> news.getClass().getSimpleName()).toList();
  }

  private static List<TaskMark> marks(int count) {
    return Collections.nCopies(count, new TaskMark("task0a", TaskMark.Kind.DIED, 1));
  }

  /** Takes all messages as a subscriber would, and returns the version that it ends at. */
  private static long arrive(List<byte[]> messages) throws RefusedException {
    List<PeerNews.Told> news = told(messages);
    assertThat(((PeerNews.Whole) news.getFirst()).upTo()).isEqualTo(news.getLast().version());
    return news.getLast().version();
  }

  private static List<PeerNews.Told> told(List<byte[]> messages) throws RefusedException {
    Intake intake = new Intake(1 << 20);
    List<PeerNews.Told> news = new ArrayList<>();
    for (byte[] message : messages) {
      PeerNews.Told complete = intake.take("node1", message);
      if (complete != null) {
        news.add(complete);
      }
    }
    return news;
  }

  private static Commit shutdown(long version) {
    return TestStates.put(
        TestStates.task("task0a", "service0", version, ClusterTask.State.SHUTDOWN));
  }

  private static Commit running(long version) {
    return TestStates.put(
        TestStates.task("task0a", "service0", version, ClusterTask.State.RUNNING));
  }
}
