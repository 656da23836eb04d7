package io.tidegate.agent.swarm;

import java.time.Duration;

/**
 * When to read again: every interval with a jitter of a tenth, soon after an event, and never so
 * often that reading takes more than half of the time. All times are of the same clock, in
 * nanoseconds.
 */
final class Schedule {

  private static final long COALESCE_NANOS = Duration.ofMillis(50).toNanos();
  private static final long UNSETTLED_NANOS = Duration.ofMillis(150).toNanos();

  /** The longer things have been unsettled, the less likely the next reading settles them. */
  private static final int UNSETTLED_SHARE = 10;

  private long intervalNanos;
  private long nextNanos;
  private long earliestNanos;
  private long startedNanos;
  private long unsettledNanos;
  private boolean isUnsettled;
  private boolean isReading;
  private boolean isWantedAgain;

  Schedule(Duration interval, long nowNanos) {
    this.intervalNanos = interval.toNanos();
    this.nextNanos = nowNanos;
    this.earliestNanos = nowNanos;
  }

  /** From the next reading on, how often to read at least. */
  void setInterval(Duration interval) {
    intervalNanos = interval.toNanos();
  }

  /** Something changed that the reading that runs now may have missed. */
  void onEvent(long nowNanos) {
    if (isReading) {
      isWantedAgain = true;
      return;
    }
    long soonNanos = nowNanos + Math.max(COALESCE_NANOS, earliestNanos - nowNanos);
    if (soonNanos - nextNanos < 0) {
      nextNanos = soonNanos;
    }
  }

  boolean isDue(long nowNanos) {
    return !isReading && nowNanos - nextNanos >= 0;
  }

  /** How long nothing will be due. */
  long idleNanos(long nowNanos) {
    return isReading ? intervalNanos : Math.max(0, nextNanos - nowNanos);
  }

  void onStarted(long nowNanos) {
    isReading = true;
    isWantedAgain = false;
    startedNanos = nowNanos;
  }

  /**
   * A reading is done.
   *
   * @param isUnsettled whether the next one is worth having soon: after 150 ms, and after a tenth
   *     of the time that this has gone on
   * @param random from 0 to 1
   */
  void onDone(boolean isUnsettled, double random, long nowNanos) {
    isReading = false;
    if (!this.isUnsettled) {
      unsettledNanos = nowNanos;
    }
    this.isUnsettled = isUnsettled;
    long tookNanos = nowNanos - startedNanos;
    earliestNanos = nowNanos + tookNanos;
    if (isWantedAgain) {
      nextNanos = nowNanos + Math.max(COALESCE_NANOS, tookNanos);
      return;
    }
    long jittered = (long) (intervalNanos * (0.9 + 0.2 * random));
    long pause = isUnsettled ? Math.min(unsettledPause(nowNanos), jittered) : jittered;
    nextNanos = nowNanos + Math.max(pause, tookNanos);
  }

  private long unsettledPause(long nowNanos) {
    return Math.max(UNSETTLED_NANOS, (nowNanos - unsettledNanos) / UNSETTLED_SHARE);
  }
}
