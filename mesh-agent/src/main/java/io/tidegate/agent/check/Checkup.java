package io.tidegate.agent.check;

import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.routing.HealthCheck.Pace;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the checks of one task have told so far. All times are of the same clock, in nanoseconds.
 *
 * <pre>
 *   unknown ── rise passed ──▶ well ── fall failed ──▶ unwell ── rise passed ──▶ well
 *      └────── fall failed ──────────────────────────────▲
 * </pre>
 */
final class Checkup {

  /** How much shorter an interval may be, so that checks do not march in step. */
  static final double JITTER = 0.1;

  /** After a check that says otherwise than the verdict, the next follows so much sooner. */
  static final int HASTE = 10;

  /** How often others are told again that a task is unwell. */
  static final Duration REPEAT = Duration.ofSeconds(10);

  private final RandomGenerator random;
  private CheckedTask task;
  private TaskMark.@Nullable Kind verdict;
  private int inARow;
  private boolean isLastPassed = true;
  private @Nullable String fault;
  private long dueNanos;
  private long tellNanos;
  private boolean isToTell;

  /** Begins with a check at any time within an interval, or at once where a task waits for it. */
  Checkup(CheckedTask task, RandomGenerator random, long nowNanos) {
    this.task = task;
    this.random = random;
    long interval = pace().interval().toNanos();
    dueNanos = nowNanos + (task.check().isReadyFirst() ? random.nextLong(interval) : 0);
  }

  private Pace pace() {
    return task.check().pace();
  }

  CheckedTask task() {
    return task;
  }

  /**
   * The same task is asked otherwise from now on, an interval of the new ones later at the latest;
   * what was found stays until more is known.
   */
  void askOtherwise(CheckedTask other, long nowNanos) {
    task = other;
    inARow = 0;
    dueNanos = nowNanos + Math.min(dueNanos - nowNanos, waitNanos(true));
  }

  boolean isUnwell() {
    return verdict == TaskMark.Kind.UNWELL;
  }

  /** What was wrong last, or null if nothing was. */
  @Nullable String fault() {
    return fault;
  }

  /** How many checks in a row ended like the last one. */
  int inARow() {
    return inARow;
  }

  /** In how many nanoseconds it is to be asked. */
  long dueInNanos(long nowNanos) {
    return dueNanos - nowNanos;
  }

  /** A check has ended. */
  void onEnd(Outcome outcome, long nowNanos) {
    boolean isSettled = outcome.kind() == Outcome.Kind.NOT_MADE || judge(outcome, nowNanos);
    dueNanos = nowNanos + waitNanos(isSettled);
  }

  /** Counts what a check has told; true if that is what is known already, or from now on. */
  private boolean judge(Outcome outcome, long nowNanos) {
    boolean isPassed = outcome.kind() == Outcome.Kind.PASSED;
    inARow = isPassed == isLastPassed ? inARow + 1 : 1;
    isLastPassed = isPassed;
    fault = outcome.fault();
    TaskMark.Kind said = isPassed ? TaskMark.Kind.WELL : TaskMark.Kind.UNWELL;
    if (verdict != said && inARow >= (isPassed ? pace().rise() : pace().fall())) {
      verdict = said;
      isToTell = true;
      tellNanos = nowNanos;
    }
    return verdict == said;
  }

  private long waitNanos(boolean isSettled) {
    long interval = pace().interval().toNanos();
    return (long) (interval * (1 - JITTER * random.nextDouble()) / (isSettled ? 1 : HASTE));
  }

  /** What others are to be told now, or null. */
  TaskMark.@Nullable Kind takeNews(long nowNanos) {
    if (!isToTell || tellNanos - nowNanos > 0) {
      return null;
    }
    isToTell = isUnwell();
    tellNanos = nowNanos + REPEAT.toNanos();
    return verdict;
  }

  /** In how many nanoseconds there is something to tell, or a limit that is sooner. */
  long newsInNanos(long nowNanos, long limitNanos) {
    return isToTell ? Math.min(limitNanos, tellNanos - nowNanos) : limitNanos;
  }
}
