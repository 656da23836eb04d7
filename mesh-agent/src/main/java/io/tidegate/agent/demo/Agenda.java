package io.tidegate.agent.demo;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * What is still to come, in the order of time. Holds no clock: whoever owns it says what time it
 * is.
 */
final class Agenda {

  private record Entry(long atNanos, long order, Runnable what) {}

  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(Comparator.comparingLong(Entry::atNanos).thenComparingLong(Entry::order));
  private long nowNanos;
  private long added;

  /** The time that {@link #advance} has reached. */
  long nowNanos() {
    return nowNanos;
  }

  void after(long delayNanos, Runnable what) {
    entries.add(new Entry(nowNanos + delayNanos, added++, what));
  }

  /** When the next entry is due, or {@link Long#MAX_VALUE} if there is none. */
  long nextNanos() {
    Entry next = entries.peek();
    return next == null ? Long.MAX_VALUE : next.atNanos;
  }

  /** Runs all that is due until then, each at its own time, also what is added meanwhile. */
  void advance(long untilNanos) {
    while (nextNanos() <= untilNanos) {
      Entry next = entries.remove();
      nowNanos = next.atNanos;
      next.what.run();
    }
    nowNanos = Math.max(nowNanos, untilNanos);
  }
}
