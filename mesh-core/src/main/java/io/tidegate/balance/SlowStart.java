package io.tidegate.balance;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Leads clients little by little to endpoints that have become ready lately. One that is picked
 * takes the client only as often as its part says; otherwise another pick is made.
 *
 * <pre>
 *   part  1     ___
 *             ／
 *   0.1  ___／
 *        ready   the length later
 * </pre>
 *
 * <p>Where more than half of the endpoints have become ready lately, nothing is held back: the
 * others could be overloaded by it.
 */
public final class SlowStart {

  /** What an endpoint begins with. */
  static final double LEAST_PART = 0.1;

  // With half of the endpoints warming, 16 of them in a row are picked and held back once in a
  // hundred picks, at the worst.
  private static final int MOST_PICKS = 16;

  private final Picker picker;
  private final long[] readySinceNanos;
  private final long lengthNanos;
  // What each has saved up; it takes a client for each whole one.
  private final double[] credits;
  private final long overNanos;

  private SlowStart(
      Picker picker,
      long[] readySinceNanos,
      long lengthNanos,
      long overNanos,
      RandomGenerator random) {
    this.picker = picker;
    this.readySinceNanos = readySinceNanos;
    this.lengthNanos = lengthNanos;
    this.overNanos = overNanos;
    credits = random.doubles(readySinceNanos.length).toArray();
  }

  /**
   * Begins, or returns null if there is nothing to be held back.
   *
   * @param picker of the endpoints
   * @param readySinceNanos when each became ready
   * @param lengthNanos for how long one is led up to its whole share, or 0
   */
  public static @Nullable SlowStart of(
      Picker picker,
      long[] readySinceNanos,
      long lengthNanos,
      long nowNanos,
      RandomGenerator random) {
    int warming = 0;
    long longestRestNanos = 0;
    for (long since : readySinceNanos) {
      long restNanos = since + lengthNanos - nowNanos;
      warming += restNanos > 0 ? 1 : 0;
      longestRestNanos = Math.max(longestRestNanos, restNanos);
    }
    return warming == 0 || 2 * warming > readySinceNanos.length
        ? null
        : new SlowStart(picker, readySinceNanos, lengthNanos, nowNanos + longestRestNanos, random);
  }

  /** Whether all endpoints have their whole share. */
  public boolean isOver(long nowNanos) {
    return overNanos - nowNanos <= 0;
  }

  /**
   * Picks as its picker does. After a failure nobody is held back.
   *
   * @return the endpoint's index in its route, or {@link Picker#NONE}
   */
  public int pick(Tried tried, long nowNanos) {
    int picked = picker.pick(tried);
    if (!tried.isEmpty()) {
      return picked;
    }
    for (int i = 1; i < MOST_PICKS && isHeldBack(picked, nowNanos); i++) {
      picked = picker.pick(tried);
    }
    return picked;
  }

  private boolean isHeldBack(int index, long nowNanos) {
    if (index == Picker.NONE) {
      return false;
    }
    long readyNanos = nowNanos - readySinceNanos[index];
    if (readyNanos >= lengthNanos) {
      return false;
    }
    credits[index] += Math.max((double) readyNanos / lengthNanos, LEAST_PART);
    if (credits[index] < 1) {
      return true;
    }
    credits[index]--;
    return false;
  }
}
