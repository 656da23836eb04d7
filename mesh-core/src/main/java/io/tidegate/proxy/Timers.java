package io.tidegate.proxy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Every timeout of a shard, on one wheel: starting and stopping one costs the same with a million
 * running.
 */
final class Timers {

  /** Something that waits for a deadline. */
  interface Expiring {
    /** The deadline has passed; the timer is gone. */
    void onExpired(long nowNanos);

    /** The shard ends; what this holds must go, its timer included. */
    void abandon();
  }

  /** The id of no timer. */
  static final long NONE = DeadlineTimerWheel.NULL_DEADLINE;

  /** How late a timer may fire. A power of two, as the wheel wants it. */
  static final long RESOLUTION_NANOS = 1L << 26; // 67 ms

  private static final int TICKS_PER_WHEEL = 1024;

  private final DeadlineTimerWheel wheel;
  private final Long2ObjectHashMap<Expiring> waiting = new Long2ObjectHashMap<>();
  private final List<Expiring> expired = new ArrayList<>();

  Timers(long nowNanos) {
    wheel =
        new DeadlineTimerWheel(TimeUnit.NANOSECONDS, nowNanos, RESOLUTION_NANOS, TICKS_PER_WHEEL);
  }

  /** Starts a timer and returns its id. */
  long start(long nowNanos, long delayNanos, Expiring expiring) {
    if (waiting.isEmpty()) {
      wheel.currentTickTime(nowNanos);
    }
    long id = wheel.scheduleTimer(nowNanos + delayNanos);
    waiting.put(id, expiring);
    return id;
  }

  /** Lets a running timer fire for somebody else. */
  void handOver(long id, Expiring next) {
    waiting.put(id, next);
  }

  /** Stops a timer; {@link #NONE} is fine. */
  void stop(long id) {
    if (id != NONE) {
      wheel.cancelTimer(id);
      waiting.remove(id);
    }
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Everything that waits, as a copy. */
  Collection<Expiring> waiting() {
    return List.copyOf(waiting.values());
  }

  /** Fires what is due. */
  void advance(long nowNanos) {
    while (wheel.timerCount() > 0 && wheel.currentTickTime() <= nowNanos) {
      wheel.poll(nowNanos, this::collect, Integer.MAX_VALUE);
    }
    // Fired only now: what expires starts and stops other timers.
    for (int i = 0; i < expired.size(); i++) {
      expired.get(i).onExpired(nowNanos);
    }
    expired.clear();
  }

  private boolean collect(TimeUnit unit, long nowNanos, long id) {
    expired.add(waiting.remove(id));
    return true;
  }
}
