package io.tidegate.agent.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.RefusedException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IntakeTest {

  private static final Epoch EPOCH = new Epoch("node1", 1_000);
  private static final List<Commit.Change> SHUTDOWN =
      TestStates.put(TestStates.task("task0a", "service0", 2, ClusterTask.State.SHUTDOWN))
          .changes();

  private static final List<TaskMark> MARKS =
      List.of(
          new TaskMark("task0a", TaskMark.Kind.STOPPING, 0),
          new TaskMark("task0b", TaskMark.Kind.HEALTHY, 1_700_000_000_000_000_001L),
          new TaskMark("task0c", TaskMark.Kind.UNWELL, 1),
          new TaskMark("task0c", TaskMark.Kind.WELL, 2),
          new TaskMark("task0d", TaskMark.Kind.EJECTED, 3, "node2", 65_535, 600_000_000_000L),
          new TaskMark("task0d", TaskMark.Kind.REVIVED, 4, "", 80, 0),
          new TaskMark("x".repeat(128), TaskMark.Kind.DIED, Long.MAX_VALUE));

  private final UpdateWriter writer = new UpdateWriter(EPOCH, 1 << 20);
  private final Intake intake = new Intake(1 << 20);

  @Test
  void wholeAndChangesComeOutAsTheyWentIn() throws RefusedException {
    ClusterState state = TestStates.services(3);

    assertThat(take(whole(writer, 7, state))).isEqualTo(new PeerNews.Whole(EPOCH, 7, state, 7));
    assertThat(take(writer.changes(8, 7, SHUTDOWN)))
        .isEqualTo(new PeerNews.Changed(EPOCH, 8, new Commit(SHUTDOWN)));
    assertThat(take(writer.changes(8, 8, List.of()))).isEqualTo(new PeerNews.Unchanged(EPOCH, 8));
    List<Commit.Change> removed = TestStates.remove(TestStates.service("service2")).changes();
    assertThat(take(writer.changes(9, 8, removed)))
        .isEqualTo(new PeerNews.Changed(EPOCH, 9, new Commit(removed)));
  }

  @Test
  void takesTheDefaultWhereAnOlderPublisherDoesNotTellOfTheStopGrace() throws RefusedException {
    byte[] message =
        PeerProtocol.Update.newBuilder()
            .setPublisher(EPOCH.publisher())
            .setStartedAtMillis(EPOCH.startedAtMillis())
            .setVersion(1)
            .addServices(PeerProtocol.Service.newBuilder().setId("s1").setName("web"))
            .build()
            .toByteArray();

    PeerNews.Whole whole = (PeerNews.Whole) Objects.requireNonNull(take(List.of(message)));
    assertThat(whole.state().services())
        .extracting(ClusterService::stopGrace)
        .containsExactly(ClusterService.DEFAULT_STOP_GRACE);
  }

  @Test
  void marksComeOutAsTheyWentIn() throws RefusedException {
    take(whole(writer, 7, TestStates.services(1)));

    assertThat(take(List.of(writer.marks(8, 7, MARKS))))
        .isEqualTo(new PeerNews.Marked(EPOCH, 8, MARKS));
    assertThat(take(writer.changes(9, 8, SHUTDOWN))).isNotNull();
  }

  @Test
  void marksFollowWhatCameBeforeLikeAnyChange() throws RefusedException {
    assertThat(refusal(List.of(writer.marks(8, 7, MARKS)))).isEqualTo(Refusal.GAP);
    take(whole(writer, 7, TestStates.services(1)));
    assertThat(refusal(List.of(writer.marks(9, 8, MARKS)))).isEqualTo(Refusal.GAP);
    assertThat(refusal(List.of(writer.marks(7, 7, MARKS)))).isEqualTo(Refusal.BACKWARDS);
  }

  @Test
  void refusesMarksBesideOtherThings() throws RefusedException {
    take(whole(writer, 7, TestStates.services(1)));
    PeerProtocol.Update.Builder update = marked();

    assertThat(message(update.clone().addRemovedTasks("task0a"))).contains("marks beside other");
    assertThat(message(update.clone().setPartial(true))).contains("marks beside other");
    assertThat(message(update.clone().setBase(0))).contains("marks beside other");
    intake.take("node1", update.clone().clearMarks().setPartial(true).build().toByteArray());
    assertThat(message(update)).contains("parts of two updates are mixed");
  }

  @Test
  void namesTheFieldOfAMarkThatIsWrong() {
    PeerProtocol.Mark mark = PeerProtocol.Mark.newBuilder().setTaskId("task0a").build();

    assertThat(message(marked().setMarks(0, mark.toBuilder().setTaskId(""))))
        .contains("mark.task_id: empty");
    assertThat(message(marked().setMarks(0, mark.toBuilder().setTaskId("x".repeat(129)))))
        .contains("mark.task_id: 129 (expected: at most 128 characters)");
    assertThat(message(marked().setMarks(0, mark.toBuilder().setKind(-1))))
        .contains("mark.kind: -1 (expected: 0 to");
    assertThat(message(marked().setMarks(0, mark.toBuilder().setAtNanos(-1))))
        .contains("mark.at_nanos: -1");
    PeerProtocol.Mark word = mark.toBuilder().setKind(5).setTargetPort(80).build();
    assertThat(message(marked().setMarks(0, word.toBuilder().setTargetPort(0))))
        .contains("mark.target_port: 0 (expected: 1 to 65535)");
    assertThat(message(marked().setMarks(0, word.toBuilder().setTargetPort(65_536))))
        .contains("mark.target_port: 65536 (expected: 1 to 65535)");
    assertThat(message(marked().setMarks(0, word.toBuilder().setHoldNanos(600_000_000_001L))))
        .contains("mark.hold_nanos: 600000000001 (expected: 0 to 600000000000)");
    assertThat(message(marked().setMarks(0, word.toBuilder().setWitness("x".repeat(129)))))
        .contains("mark.witness: 129 (expected: at most 128 characters)");
    assertThat(message(marked().addAllMarks(Collections.nCopies(1_000, mark))))
        .contains("marks: 1001 (expected: 0 to 1000)");
  }

  @Test
  void passesOverMarksOfKindsThatCameLater() throws RefusedException {
    take(whole(writer, 7, TestStates.services(1)));
    PeerProtocol.Update.Builder update = marked();
    update.addMarks(update.getMarks(0).toBuilder().setTaskId("task0b").setKind(99));

    assertThat(take(List.of(update.build().toByteArray())))
        .isEqualTo(
            new PeerNews.Marked(
                EPOCH, 8, List.of(new TaskMark("task0a", TaskMark.Kind.STOPPING, 0))));
    update.setVersion(9).setBase(8).removeMarks(0);
    assertThat(take(List.of(update.build().toByteArray())))
        .isEqualTo(new PeerNews.Unchanged(EPOCH, 9));
  }

  private static PeerProtocol.Update.Builder marked() {
    return PeerProtocol.Update.newBuilder()
        .setPublisher("node1")
        .setStartedAtMillis(1_000)
        .setVersion(8)
        .setBase(7)
        .addMarks(PeerProtocol.Mark.newBuilder().setTaskId("task0a"));
  }

  @Test
  void partsAreAppliedTogether() throws RefusedException {
    ClusterState state = TestStates.services(3);
    List<byte[]> parts = whole(new UpdateWriter(EPOCH, 1), 7, state);

    assertThat(parts).hasSize(10);
    for (byte[] part : parts.subList(0, 9)) {
      assertThat(intake.take("node1", part)).isNull();
    }
    assertThat(intake.take("node1", parts.getLast()))
        .isEqualTo(new PeerNews.Whole(EPOCH, 7, state, 7));
  }

  @Test
  void refusesAVersionThatGoesBackwardsInAStream() throws RefusedException {
    take(whole(writer, 7, TestStates.services(1)));

    assertThat(refusal(writer.changes(6, 5, SHUTDOWN))).isEqualTo(Refusal.BACKWARDS);
    assertThat(refusal(writer.changes(7, 7, SHUTDOWN))).isEqualTo(Refusal.BACKWARDS);
    assertThat(refusal(writer.changes(7, 8, SHUTDOWN))).isEqualTo(Refusal.BACKWARDS);
    assertThat(refusal(whole(writer, 6, TestStates.services(1)))).isEqualTo(Refusal.BACKWARDS);
  }

  @Test
  void refusesAPublisherThatWentBackSinceTheLastStream() throws RefusedException {
    take(whole(writer, 7, TestStates.services(1)));
    intake.onStream();

    assertThat(refusal(whole(writer, 6, TestStates.services(1)))).isEqualTo(Refusal.BACKWARDS);
    UpdateWriter earlier = new UpdateWriter(new Epoch("node1", 999), 1 << 20);
    assertThat(refusal(whole(earlier, 8, TestStates.services(1)))).isEqualTo(Refusal.BACKWARDS);
  }

  @Test
  void takesTheSameVersionAgainInTheNextStream() throws RefusedException {
    take(whole(writer, 7, TestStates.services(1)));
    intake.onStream();

    assertThat(take(whole(writer, 7, TestStates.services(1)))).isNotNull();
  }

  @Test
  void aPublisherThatStartedAnewBeginsAnew() throws RefusedException {
    take(whole(writer, 7, TestStates.services(1)));
    intake.onStream();

    UpdateWriter restarted = new UpdateWriter(new Epoch("node1", 1_001), 1 << 20);
    assertThat(take(whole(restarted, 1, TestStates.services(1)))).isNotNull();
  }

  @Test
  void everyPublisherCountsForItself() throws RefusedException {
    take(whole(writer, 7, TestStates.services(1)));
    intake.onStream();
    UpdateWriter other = new UpdateWriter(new Epoch("node2", 5), 1 << 20);

    PeerNews.Told news = intake.take("node2", whole(other, 1, TestStates.services(2)).getFirst());

    assertThat(Objects.requireNonNull(news).version()).isEqualTo(1);
  }

  @Test
  void refusesChangesThatDoNotFollow() throws RefusedException {
    assertThat(refusal(writer.changes(2, 1, SHUTDOWN))).isEqualTo(Refusal.GAP);
    take(whole(writer, 7, TestStates.services(1)));
    assertThat(refusal(writer.changes(9, 8, SHUTDOWN))).isEqualTo(Refusal.GAP);
    UpdateWriter restarted = new UpdateWriter(new Epoch("node1", 1_001), 1 << 20);
    assertThat(refusal(restarted.changes(8, 7, SHUTDOWN))).isEqualTo(Refusal.GAP);
  }

  @Test
  void refusesWhatOneNodeTellsInTheNameOfAnother() {
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class,
            () -> intake.take("node9", whole(writer, 7, TestStates.services(1)).getFirst()));

    assertThat(refused).hasMessageContaining("publisher: node1 (expected: node9)");
  }

  @Test
  void refusesMoreThanIsAllowedInAllPartsTogether() {
    Intake small = new Intake(400);
    List<byte[]> parts = whole(new UpdateWriter(EPOCH, 1), 7, TestStates.services(3));

    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class,
            () -> {
              for (byte[] part : parts) {
                small.take("node1", part);
              }
            });

    assertThat(refused.refusal()).isEqualTo(Refusal.OVERSIZED);
  }

  @Test
  void namesTheFieldThatIsWrong() {
    PeerProtocol.Update.Builder update =
        PeerProtocol.Update.newBuilder().setPublisher("node1").setVersion(1);

    assertThat(message(update.clone().setVersion(-1)))
        .contains("version: -1 (expected: 1 to 9223372036854775807)");
    assertThat(message(update.clone().addTasks(PeerProtocol.Task.getDefaultInstance())))
        .contains("task.id: empty");
    assertThat(
            message(
                update.clone().addNodes(PeerProtocol.Node.newBuilder().setId("n").setState(99))))
        .contains("node.state: 99 (expected: 0 to 3)");
    assertThat(
            message(
                update
                    .clone()
                    .addServices(
                        PeerProtocol.Service.newBuilder()
                            .setId("s")
                            .addPorts(PeerProtocol.Port.newBuilder().setTargetPort(70_000)))))
        .contains("target_port: 70000 (expected: 0 to 65535)");
  }

  @Test
  void refusesBytesThatAreNoMessage() {
    assertThat(refusal(List.of(new byte[] {(byte) 0xff, 1, 2, 3}))).isEqualTo(Refusal.MALFORMED);
  }

  private String message(PeerProtocol.Update.Builder update) {
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class, () -> intake.take("node1", update.build().toByteArray()));
    return String.valueOf(refused.getMessage());
  }

  private static List<byte[]> whole(UpdateWriter writer, long version, ClusterState state) {
    List<ClusterObject> objects = new ArrayList<>(state.services());
    objects.addAll(state.tasks());
    objects.addAll(state.nodes());
    return writer.whole(version, objects);
  }

  private @Nullable PeerNews take(List<byte[]> messages) throws RefusedException {
    PeerNews news = null;
    for (byte[] message : messages) {
      news = intake.take("node1", message);
    }
    return news;
  }

  private Refusal refusal(List<byte[]> messages) {
    return catchThrowableOfType(RefusedException.class, () -> take(messages)).refusal();
  }
}
