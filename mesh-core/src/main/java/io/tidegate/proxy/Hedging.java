package io.tidegate.proxy;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * When a connect that keeps silent is joined by one to another endpoint, and how often: of one
 * route on one shard, from table to table.
 *
 * <p>What is slow for the route is learnt from every connect, at the price of a comparison: a time
 * that doubles with each connect that takes longer, and is halved by some ninety that do not. It
 * settles where about one in a hundred takes longer.
 */
final class Hedging {

  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);
  // A kernel that is alive answers sooner, whatever its tasks do: three that lose in a row have
  // earned their ejection.
  private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int TIMES_SLOW = 3;
  private static final int HALVING_BITS = 7;

  private static final double PER_CONNECTION = 0.2;
  private static final double PER_SECOND = 10;
  private static final double MOST = 100;

  private long slowNanos = LONGEST_NANOS / TIMES_SLOW;

  // The budget: hedges that may start, as of the moment and the connections below.
  private double affordable = PER_SECOND;
  private long connections;
  private long nanos;

  Hedging(long nowNanos) {
    nanos = nowNanos;
  }

  /** A connect was answered after so long, and no other was started meanwhile. */
  void onAnswer(long tookNanos) {
    slowNanos =
        tookNanos > slowNanos
            ? Math.min(slowNanos * 2, LONGEST_NANOS)
            : Math.max(slowNanos - (slowNanos >> HALVING_BITS), 1 << HALVING_BITS);
  }

  /** How long a connect may keep silent before it is joined by another. */
  long delayNanos() {
    return Math.clamp(TIMES_SLOW * slowNanos, SHORTEST_NANOS, LONGEST_NANOS);
  }

  /**
   * Whether one more may start; if so, it is paid for.
   *
   * @param connectionsNow how many connections of the route began so far
   */
  boolean pay(long connectionsNow, long nowNanos) {
    double seconds = (double) (nowNanos - nanos) / Duration.ofSeconds(1).toNanos();
    double earned = PER_CONNECTION * (connectionsNow - connections) + PER_SECOND * seconds;
    affordable = Math.min(affordable + earned, MOST);
    connections = connectionsNow;
    nanos = nowNanos;
    if (affordable < 1) {
      return false;
    }
    affordable--;
    return true;
  }
}
