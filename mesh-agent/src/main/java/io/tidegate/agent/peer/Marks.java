package io.tidegate.agent.peer;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.identity.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Marks as messages: every field that comes is checked, whoever sent it. */
final class Marks {

  private static final int MAX_PORT = 65_535;

  /** No ejection lasts longer, its grace included. */
  private static final long MAX_HOLD_NANOS = Duration.ofMinutes(10).toNanos();

  /** The most that is taken at once. */
  private static final int MAX_MARKS = 1_000;

  /** The most that is sent at once: with the longest ids, 288 bytes each, a report is let in. */
  private static final int SENT_AT_ONCE = 200;

  private Marks() {}

  /** As many as go into one message each; without those that nobody would take. */
  static List<List<TaskMark>> chunks(List<TaskMark> marks) {
    List<TaskMark> sound = marks.stream().filter(Marks::isSound).toList();
    List<List<TaskMark>> chunks = new ArrayList<>();
    for (int from = 0; from < sound.size(); from += SENT_AT_ONCE) {
      chunks.add(sound.subList(from, Math.min(sound.size(), from + SENT_AT_ONCE)));
    }
    return chunks;
  }

  private static boolean isSound(TaskMark mark) {
    try {
      check(mark);
      return true;
    } catch (RefusedException e) {
      return false;
    }
  }

  private static TaskMark check(TaskMark mark) throws RefusedException {
    Fields.id("mark.task_id", mark.taskId());
    Fields.between("mark.at_nanos", mark.atNanos(), 0, Long.MAX_VALUE);
    if (mark.kind().isWitnessed()) {
      Fields.text("mark.witness", mark.witness());
      Fields.between("mark.target_port", mark.targetPort(), 1, MAX_PORT);
      Fields.between("mark.hold_nanos", mark.holdNanos(), 0, MAX_HOLD_NANOS);
    }
    return mark;
  }

  static List<PeerProtocol.Mark> write(List<TaskMark> marks) {
    return marks.stream()
        .map(
            mark ->
                PeerProtocol.Mark.newBuilder()
                    .setTaskId(mark.taskId())
                    .setKind(Numbers.MARKS.indexOf(mark.kind()))
                    .setAtNanos(mark.atNanos())
                    .setWitness(mark.witness())
                    .setTargetPort(mark.targetPort())
                    .setHoldNanos(mark.holdNanos())
                    .build())
        .toList();
  }

  /**
   * Understands marks; those of kinds that came later are passed over.
   *
   * @throws RefusedException as malformed, naming the field, its value and what is allowed
   */
  static List<TaskMark> read(List<PeerProtocol.Mark> messages) throws RefusedException {
    Fields.between("marks", messages.size(), 0, MAX_MARKS);
    List<TaskMark> marks = new ArrayList<>(messages.size());
    for (PeerProtocol.Mark message : messages) {
      long kind = Fields.between("mark.kind", message.getKind(), 0, Integer.MAX_VALUE);
      if (kind < Numbers.MARKS.size()) {
        marks.add(check(read(message, Numbers.MARKS.get((int) kind))));
      }
    }
    return marks;
  }

  private static TaskMark read(PeerProtocol.Mark message, TaskMark.Kind kind) {
    TaskMark mark = new TaskMark(message.getTaskId(), kind, message.getAtNanos());
    return kind.isWitnessed()
        ? new TaskMark(
            mark.taskId(),
            kind,
            mark.atNanos(),
            message.getWitness(),
            message.getTargetPort(),
            message.getHoldNanos())
        : mark;
  }

  static byte[] writeReport(List<TaskMark> marks) {
    return PeerProtocol.Report.newBuilder().addAllMarks(write(marks)).build().toByteArray();
  }

  /**
   * Understands a report.
   *
   * @throws RefusedException as malformed, also if it has no marks
   */
  static List<TaskMark> readReport(byte[] message) throws RefusedException {
    try {
      PeerProtocol.Report report = PeerProtocol.Report.parseFrom(message);
      Fields.between("marks", report.getMarksCount(), 1, MAX_MARKS);
      return read(report.getMarksList());
    } catch (InvalidProtocolBufferException e) {
      throw Fields.malformed(String.valueOf(e.getMessage()));
    }
  }
}
