package io.tidegate.agent.peer;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.identity.RefusedException;
import java.util.ArrayList;
import java.util.List;

/** Marks as messages: every field that comes is checked, whoever sent it. */
final class Marks {

  /** The most that is taken at once. */
  private static final int MAX_MARKS = 1_000;

  /** The most that is sent at once: with the longest ids it is still a small message. */
  private static final int SENT_AT_ONCE = 256;

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
    int chars = mark.taskId().length();
    return chars > 0 && chars <= Fields.MAX_ID_CHARS && mark.atNanos() >= 0;
  }

  static List<PeerProtocol.Mark> write(List<TaskMark> marks) {
    return marks.stream()
        .map(
            mark ->
                PeerProtocol.Mark.newBuilder()
                    .setTaskId(mark.taskId())
                    .setKind(Numbers.MARKS.indexOf(mark.kind()))
                    .setAtNanos(mark.atNanos())
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
      String taskId = Fields.id("mark.task_id", message.getTaskId());
      long kind = Fields.between("mark.kind", message.getKind(), 0, Integer.MAX_VALUE);
      long atNanos = Fields.between("mark.at_nanos", message.getAtNanos(), 0, Long.MAX_VALUE);
      if (kind < Numbers.MARKS.size()) {
        marks.add(new TaskMark(taskId, Numbers.MARKS.get((int) kind), atNanos));
      }
    }
    return marks;
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
