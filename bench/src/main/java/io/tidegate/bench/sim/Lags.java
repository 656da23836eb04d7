package io.tidegate.bench.sim;

import org.HdrHistogram.Histogram;

/** How long changes and failovers took, in microseconds. */
final class Lags {

  private static final long MAX_MICROS = 3_600_000_000L;

  /** From the commit to the table, over all nodes that follow a manager and all changes. */
  final Histogram followed = histogram();

  /** Likewise for what was committed while a node followed nobody. */
  final Histogram missed = histogram();

  /** From the loss of a manager to the table of another one. */
  final Histogram failover = histogram();

  static Histogram histogram() {
    return new Histogram(MAX_MICROS, 3);
  }

  void add(boolean isFollowed, long nanos, int count) {
    (isFollowed ? followed : missed).recordValueWithCount(nanos / 1_000, count);
  }

  void add(Lags other) {
    followed.add(other.followed);
    missed.add(other.missed);
    failover.add(other.failover);
  }
}
