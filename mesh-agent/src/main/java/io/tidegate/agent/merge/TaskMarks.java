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
 * stopped drains until it dies, or until it has outlived the hold.
 *
 * <p>All times are of the same clock, in nanoseconds.
 */
final class TaskMarks {

  /** How long a task is remembered as dead: by far longer than any view is late. */
  private static final long DEAD_NANOS = Duration.ofMinutes(10).toNanos();

  private static final int MAX_TASKS = 20_000;

  private final Map<String, Mark> dead = new Bounded();
  private final Map<String, Mark> stopping = new Bounded();

  private record Mark(long untilNanos, Origin origin) {}

  /** The oldest entries go when there are too many. */
  private static final class Bounded extends LinkedHashMap<String, Mark> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Mark> eldest) {
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
    dead.put(taskId, new Mark(nowNanos + DEAD_NANOS, origin));
  }

  /** Forgets what is over, and tells of which tasks. */
  List<String> expire(long nowNanos) {
    List<String> over = new ArrayList<>();
    expire(dead, nowNanos, over);
    expire(stopping, nowNanos, over);
    return over;
  }

  private static void expire(Map<String, Mark> marks, long nowNanos, List<String> over) {
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
}
