package io.tidegate.proxy;

import java.time.Duration;

/**
 * How many relays to an endpoint may be left at which time, once its task is told to stop.
 *
 * <pre>
 *   all  ────────────────┐
 *                         ╲  one by one, of those that are left at half time
 *   none                    ╲__
 *        told to stop    half    the timeout
 * </pre>
 */
final class DrainWindow {

  private static final int NOT_BEGUN = -1;

  private final long sinceNanos;
  private final Duration timeout;
  private final long closingFromNanos;
  private final long closingNanos;
  private final double jitter;

  private int atHalfTime = NOT_BEGUN;

  /**
   * @param sinceNanos when its task was told to stop
   * @param jitter how much earlier each is closed, in parts of the time between two, from 0 and
   *     less than 1: many shards with one relay each do not close them all at once
   */
  DrainWindow(long sinceNanos, Duration timeout, double jitter) {
    this.sinceNanos = sinceNanos;
    this.timeout = timeout;
    this.jitter = jitter;
    closingNanos = timeout.toNanos() / 2;
    closingFromNanos = sinceNanos + timeout.toNanos() - closingNanos;
  }

  /** Whether it is that of the same beginning and timeout. */
  boolean isOf(long otherSinceNanos, Duration otherTimeout) {
    return sinceNanos == otherSinceNanos && timeout.equals(otherTimeout);
  }

  /** In how many nanoseconds any may have to go; 0 or less from then on. */
  long restNanos(long nowNanos) {
    return closingFromNanos - nowNanos;
  }

  /**
   * How many have to go now.
   *
   * @param count how many there are
   */
  int toClose(int count, long nowNanos) {
    long passedNanos = nowNanos - closingFromNanos;
    if (passedNanos < 0) {
      return 0;
    }
    if (passedNanos >= closingNanos) {
      return count;
    }
    if (atHalfTime == NOT_BEGUN) {
      atHalfTime = count;
    }
    double passed = (double) passedNanos / closingNanos;
    int gone = (int) (atHalfTime * passed + jitter);
    return Math.max(count - (atHalfTime - gone), 0);
  }
}
