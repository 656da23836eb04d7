package io.tidegate.proxy;

import io.tidegate.overload.Restraint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every timeout of a shard, on one wheel of chains: starting and stopping one costs the same with a
 * million running, and memory is that of the wheel alone.
 */
final class Timers {

  private static final Logger LOG = LoggerFactory.getLogger(Timers.class);

  /** How late a timer may fire. A power of two: a shift finds a timer's place. */
  static final long RESOLUTION_NANOS = 1L << 26; // 67 ms

  private static final int RESOLUTION_BITS = Long.numberOfTrailingZeros(RESOLUTION_NANOS);
  private static final int TICKS = 1024; // 69 s; what is due later is passed by meanwhile

  // In a hurry, all of the wheel is looked at every so many ticks: 4.3 s.
  private static final int HURRIED_ROUND = 64;

  private final Timer.Head[] wheel = new Timer.Head[TICKS];
  private final Timer.Head due = new Timer.Head();
  private long tick;
  private int running;
  private Restraint restraint = Restraint.NONE;
  private int hurriedTo;

  Timers(long nowNanos) {
    for (int i = 0; i < TICKS; i++) {
      wheel[i] = new Timer.Head();
    }
    tick = tickOf(nowNanos);
  }

  /** Starts a timer that does not run. */
  void start(long nowNanos, long delayNanos, Timer timer) {
    if (running == 0) {
      tick = tickOf(nowNanos);
    }
    running++;
    timer.deadlineNanos = nowNanos + delayNanos;
    timer.linkBefore(at(Math.max(tick, tickOf(timer.deadlineNanos))));
  }

  /** Stops a timer; one that does not run is fine. */
  void stop(Timer timer) {
    if (timer.unlink()) {
      running--;
    }
  }

  boolean isEmpty() {
    return running == 0;
  }

  /** From now on idle timers may fire before they are due, or not any more. */
  void hurry(Restraint next) {
    restraint = next;
  }

  /** Fires what is due. */
  void advance(long nowNanos) {
    long last = tickOf(nowNanos);
    // Further back than one turn there is nothing that this turn would not meet.
    for (long i = Math.max(tick, last - TICKS + 1); i <= last; i++) {
      gather(at(i), nowNanos);
    }
    tick = last; // Again the next time: some of it may still be to come.
    if (restraint.isShrinking()) {
      gatherPastDue(nowNanos);
    }
    // Fired only now: what expires starts and stops other timers.
    for (Timer timer = due.first(); timer != null; timer = due.first()) {
      stop(timer);
      fire(timer, nowNanos);
    }
  }

  /** One that breaks off is no reason to keep all others waiting for ever. */
  private static void fire(Timer timer, long nowNanos) {
    try {
      timer.onExpired(nowNanos);
    } catch (RuntimeException e) {
      LOG.warn("a timer broke off", e);
      timer.abandon();
    }
  }

  private void gather(Timer.Head chain, long nowNanos) {
    Timer timer = chain.first();
    while (timer != null && timer != chain) {
      @Nullable Timer following = timer.next;
      if (timer.deadlineNanos <= nowNanos) {
        moveToDue(timer);
      }
      timer = following;
    }
  }

  /** A part of the wheel with each tick, so that those that are idle do not all go at once. */
  private void gatherPastDue(long nowNanos) {
    for (int i = 0; i < TICKS / HURRIED_ROUND; i++) {
      Timer.Head chain = at(hurriedTo++);
      Timer timer = chain.first();
      while (timer != null && timer != chain) {
        @Nullable Timer following = timer.next;
        if (timer.isPastDue(nowNanos, restraint)) {
          moveToDue(timer);
        }
        timer = following;
      }
    }
  }

  private void moveToDue(Timer timer) {
    timer.unlink();
    timer.linkBefore(due);
  }

  /** Abandons everything that waits. */
  void abandonAll() {
    for (Timer.Head chain : wheel) {
      for (Timer timer = chain.first(); timer != null; timer = chain.first()) {
        stop(timer);
        timer.abandon();
      }
    }
  }

  private Timer.Head at(long tick) {
    return wheel[(int) (tick & (TICKS - 1))];
  }

  private static long tickOf(long nanos) {
    return nanos >> RESOLUTION_BITS;
  }
}
