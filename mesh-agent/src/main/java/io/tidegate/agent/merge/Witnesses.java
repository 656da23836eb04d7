package io.tidegate.agent.merge;

import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.routing.Witness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What other nodes say of tasks as witnesses, each for itself: that its own connects have ejected
 * one of a task's ports, for as long as that lasts there, or until the task has answered it again.
 *
 * <pre>
 *   n1   ejected, holds 15 s ─────────────────► over, unless told again
 *   n2              ejected ────── revived      over at once
 * </pre>
 *
 * <p>All times are of the same clock, in nanoseconds.
 */
final class Witnesses {

  /** Two are enough to be believed, and two more for when those fall silent. */
  static final int MOST_OF_ONE_PORT = 4;

  /** So that no node can fill what there is room for. */
  static final int MOST_OF_ONE_NODE = 1 << 10;

  /** How long it is remembered that a task was revived: what was said before may come later. */
  static final Duration REVIVED_HOLD = Duration.ofSeconds(10);

  private static final Comparator<Witness> ORDER =
      Comparator.comparing(Witness::nodeId).thenComparingInt(Witness::targetPort);

  private final Map<String, Map<Witness, Word>> byTask = new HashMap<>();
  private final Map<String, Integer> countByNode = new HashMap<>();
  private long soonestNanos;

  private record Word(boolean isEjected, long atNanos, long untilNanos) {}

  /** A witness speaks; the mark names it. */
  Hearing onMark(TaskMark mark, long nowNanos) {
    boolean isEjected = mark.kind() == TaskMark.Kind.EJECTED;
    Witness witness = new Witness(mark.witness(), mark.targetPort());
    Map<Witness, Word> words = byTask.getOrDefault(mark.taskId(), Map.of());
    Word before = words.get(witness);
    if (!isOfUse(isEjected, before, mark.atNanos())) {
      return Hearing.KNOWN;
    }
    if (before == null && ofPort(words, witness.targetPort()) >= MOST_OF_ONE_PORT) {
      return Hearing.KNOWN;
    }
    if (before == null && !isRoomFor(witness.nodeId())) {
      return Hearing.EXCESS;
    }
    long holdNanos = isEjected ? mark.holdNanos() : REVIVED_HOLD.toNanos();
    put(mark.taskId(), witness, new Word(isEjected, mark.atNanos(), nowNanos + holdNanos));
    return Hearing.NEWS;
  }

  private static boolean isOfUse(boolean isEjected, @Nullable Word before, long atNanos) {
    return before == null ? isEjected : before.atNanos < atNanos && (isEjected || before.isEjected);
  }

  private static long ofPort(Map<Witness, Word> words, int port) {
    return words.keySet().stream().filter(witness -> witness.targetPort() == port).count();
  }

  private boolean isRoomFor(String nodeId) {
    return countByNode.getOrDefault(nodeId, 0) < MOST_OF_ONE_NODE;
  }

  private void put(String taskId, Witness witness, Word word) {
    boolean isFirst = byTask.isEmpty();
    if (byTask.computeIfAbsent(taskId, _ -> new HashMap<>()).put(witness, word) == null) {
      countByNode.merge(witness.nodeId(), 1, Integer::sum);
    }
    if (isFirst || word.untilNanos - soonestNanos < 0) {
      soonestNanos = word.untilNanos;
    }
  }

  boolean isEmpty() {
    return byTask.isEmpty();
  }

  /** Forgets what is over, and tells of which tasks. */
  List<String> expire(long nowNanos) {
    if (byTask.isEmpty() || soonestNanos - nowNanos > 0) {
      return List.of();
    }
    List<String> over = new ArrayList<>();
    long soonestInNanos = Long.MAX_VALUE;
    for (Iterator<Map.Entry<String, Map<Witness, Word>>> tasks = byTask.entrySet().iterator();
        tasks.hasNext(); ) {
      Map.Entry<String, Map<Witness, Word>> task = tasks.next();
      if (expire(task.getValue(), nowNanos)) {
        over.add(task.getKey());
      }
      for (Word word : task.getValue().values()) {
        soonestInNanos = Math.min(soonestInNanos, word.untilNanos - nowNanos);
      }
      if (task.getValue().isEmpty()) {
        tasks.remove();
      }
    }
    soonestNanos = nowNanos + soonestInNanos;
    return over;
  }

  private boolean expire(Map<Witness, Word> words, long nowNanos) {
    return words
        .entrySet()
        .removeIf(
            entry -> {
              boolean isOver = entry.getValue().untilNanos - nowNanos <= 0;
              if (isOver) {
                uncount(entry.getKey().nodeId());
              }
              return isOver;
            });
  }

  private void uncount(String nodeId) {
    int left = countByNode.getOrDefault(nodeId, 0) - 1;
    if (left > 0) {
      countByNode.put(nodeId, left);
    } else {
      countByNode.remove(nodeId);
    }
  }

  /** Those that speak against a task now. */
  List<Witness> of(String taskId) {
    Map<Witness, Word> words = byTask.get(taskId);
    return words == null
        ? List.of()
        : words.entrySet().stream()
            .filter(entry -> entry.getValue().isEjected)
            .map(Map.Entry::getKey)
            .sorted(ORDER)
            .toList();
  }
}
