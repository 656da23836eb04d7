package io.tidegate.agent.swarm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What this node's containers told just now, which no view knows yet. A task that died stays dead:
 * ids of tasks are never used again. A task that is being stopped drains until it dies, or until it
 * has outlived the hold.
 *
 * <p>All times are of the same clock, in nanoseconds.
 */
final class LocalFacts {

  /** How long a task is remembered as dead: by far longer than any view is late. */
  private static final long DEAD_NANOS = Duration.ofMinutes(10).toNanos();

  private static final int MAX_TASKS = 20_000;

  private final Map<String, Long> deadUntil = new Bounded();
  private final Map<String, Long> drainingUntil = new Bounded();

  /** The oldest entries go when there are too many. */
  private static final class Bounded extends LinkedHashMap<String, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
      return size() > MAX_TASKS;
    }
  }

  /** The task's container got its stop signal or turned unhealthy. */
  void onStopping(String taskId, Duration hold, long nowNanos) {
    drainingUntil.put(taskId, nowNanos + hold.toNanos());
  }

  /** The task's container turned healthy. */
  void onHealthy(String taskId) {
    drainingUntil.remove(taskId);
  }

  void onDied(String taskId, long nowNanos) {
    drainingUntil.remove(taskId);
    deadUntil.put(taskId, nowNanos + DEAD_NANOS);
  }

  /** Forgets what is over, and tells of which tasks. */
  List<String> expire(long nowNanos) {
    List<String> over = new ArrayList<>();
    expire(deadUntil, nowNanos, over);
    expire(drainingUntil, nowNanos, over);
    return over;
  }

  private static void expire(Map<String, Long> untils, long nowNanos, List<String> over) {
    untils
        .entrySet()
        .removeIf(
            entry -> {
              boolean isOver = entry.getValue() - nowNanos <= 0;
              if (isOver) {
                over.add(entry.getKey());
              }
              return isOver;
            });
  }

  boolean isDead(String taskId) {
    return deadUntil.containsKey(taskId);
  }

  boolean isStopping(String taskId) {
    return drainingUntil.containsKey(taskId);
  }
}
