package io.tidegate.bench.sim;

/** What the invariants allow. */
final class Bounds {

  /**
   * From a commit to the table of every node that follows a manager: the bar for p99, here for
   * everything. Delays, bandwidth, a node's own work and the coalescing of tables are in it.
   */
  static final long STALE_NANOS = 500 * Timeline.MILLI;

  /**
   * How long a node whose network works can be without a manager: 7 s of silence until one that
   * vanished is given up, 2 s for an attempt at another that is gone, pauses, and the whole for a
   * fourth of all nodes at once.
   */
  static final long OUTAGE_NANOS = 15 * Timeline.SECOND;

  private Bounds() {}
}
