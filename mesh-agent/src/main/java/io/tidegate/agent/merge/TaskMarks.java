package io.tidegate.agent.merge;

import io.tidegate.routing.Origin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What nodes told of their own tasks just now, which no view knows yet: this node's containers, and
 * other nodes. A task that died stays dead: ids of tasks are never used again. A task that is being
 * stopped drains until it dies, or until it has outlived the hold. A task that is unwell is so for
 * as long as its node says it again and again.
 *
 * <p>All times are of the same clock, in nanoseconds.
 */
final class TaskMarks {

  /** How long a task is remembered as dead: by far longer than any view is late. */
  private static final long DEAD_NANOS = Duration.ofMinutes(10).toNanos();

  /** How long what a check has found is believed; its node repeats it three times as often. */
  static final Duration CHECK_HOLD = Duration.ofSeconds(30);

  /** That a new task is well is remembered for longer than it is new, whatever clocks say. */
  private static final Duration WELL_HOLD = CHECK_HOLD.multipliedBy(2);

  private static final int MAX_TASKS = 20_000;

  private final Map<String, Mark> dead = new Bounded<>();
  private final Map<String, Mark> stopping = new Bounded<>();
  private final Map<String, Check> checked = new Bounded<>();

  private interface Limited {
    long untilNanos();
  }

  private record Mark(long untilNanos, Origin origin) implements Limited {}

  /**
   * What is known of a task's health.
   *
   * @param atNanos when its node said so last, by that node's clock
   * @param origin of when it said so first
   */
  private record Check(boolean isWell, long atNanos, long untilNanos, Origin origin)
      implements Limited {}

  /** The oldest entries go when there are too many. */
  private static final class Bounded<M> extends LinkedHashMap<String, M> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, M> eldest) {
      return size() > MAX_TASKS;
    }
  }

  /** The task's container got its stop signal or turned unhealthy. */
  void onStopping(String taskId, Origin origin, Duration hold, long nowNanos) {
    stopping.put(taskId, new Mark(nowNanos + hold.toNanos(), origin));
  }

  /** The task's container turned healthy. */
  void onHealthy(String taskId) {
    stopping.remove(taskId);
  }

  void onDied(String taskId, Origin origin, long nowNanos) {
    stopping.remove(taskId);
    checked.remove(taskId);
    dead.put(taskId, new Mark(nowNanos + DEAD_NANOS, origin));
  }

  /**
   * The checks of the task's node have found this. What comes late does not count, and what is only
   * repeated keeps its origin.
   */
  void onChecked(String taskId, boolean isWell, Origin origin, long nowNanos) {
    Check before = checked.get(taskId);
    long atNanos = origin.writtenAtNanos();
    if (before == null || before.atNanos <= atNanos) {
      Origin since = before != null && before.isWell == isWell ? before.origin : origin;
      long holdNanos = (isWell ? WELL_HOLD : CHECK_HOLD).toNanos();
      checked.put(taskId, new Check(isWell, atNanos, nowNanos + holdNanos, since));
    }
  }

  /**
   * The task is new, and is to be checked before it takes clients: it is unwell until its node says
   * something, for so long at the most.
   */
  void onNew(String taskId, Origin origin, long restNanos, long nowNanos) {
    if (restNanos > 0 && !checked.containsKey(taskId)) {
      checked.put(taskId, new Check(false, 0, nowNanos + restNanos, origin));
    }
  }

  boolean isEmpty() {
    return dead.isEmpty() && stopping.isEmpty() && checked.isEmpty();
  }

  /** Forgets what is over, and tells of which tasks. */
  List<String> expire(long nowNanos) {
    List<String> over = new ArrayList<>();
    expire(dead, nowNanos, over);
    expire(stopping, nowNanos, over);
    expire(checked, nowNanos, over);
    return over;
  }

  private static void expire(
      Map<String, ? extends Limited> marks, long nowNanos, List<String> over) {
    marks
        .entrySet()
        .removeIf(
            entry -> {
              boolean isOver = entry.getValue().untilNanos() - nowNanos <= 0;
              if (isOver) {
                over.add(entry.getKey());
              }
              return isOver;
            });
  }

  boolean isDead(String taskId) {
    return dead.containsKey(taskId);
  }

  /** Who told that a task is being stopped, or null if nobody did. */
  @Nullable Origin stopping(String taskId) {
    Mark mark = stopping.get(taskId);
    return mark == null ? null : mark.origin();
  }

  /** Who told that a task is unwell, or null if nobody did. */
  @Nullable Origin unwell(String taskId) {
    Check check = checked.get(taskId);
    return check == null || check.isWell() ? null : check.origin();
  }
}
