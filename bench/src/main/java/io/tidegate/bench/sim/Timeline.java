package io.tidegate.bench.sim;

import java.util.PriorityQueue;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

/** Virtual time: events in their order, those of one moment in the order in which they were set. */
final class Timeline implements NanoClock, EpochNanoClock {

  static final long MILLI = 1_000_000;
  static final long SECOND = 1_000 * MILLI;

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long nowNanos;
  private long count;

  private record Event(long atNanos, long number, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int order = Long.compare(atNanos, other.atNanos);
      return order == 0 ? Long.compare(number, other.number) : order;
    }
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  void at(long atNanos, Runnable action) {
    events.add(new Event(Math.max(atNanos, nowNanos), count++, action));
  }

  void in(long delayNanos, Runnable action) {
    at(nowNanos + delayNanos, action);
  }

  /** Again and again, as long as the time line goes on. */
  void every(long intervalNanos, Runnable action) {
    in(
        intervalNanos,
        () -> {
          action.run();
          every(intervalNanos, action);
        });
  }

  /** Lets time pass. */
  void runUntil(long untilNanos) {
    Event next = events.peek();
    while (next != null && next.atNanos <= untilNanos) {
      events.remove();
      nowNanos = next.atNanos;
      next.action.run();
      next = events.peek();
    }
    nowNanos = untilNanos;
  }

  /** How many events there were so far. */
  long count() {
    return count - events.size();
  }
}
