package io.tidegate.proxy;

import io.tidegate.overload.Restraint;
import org.jspecify.annotations.Nullable;

/**
 * Something that waits for a deadline. It is a link in the chains of {@link Timers} itself, so a
 * timer that runs takes no memory beside it.
 */
abstract class Timer {

  // Of the wheel alone, all three; no links while it does not run.
  @Nullable Timer previous;
  @Nullable Timer next;
  long deadlineNanos;

  /** The deadline has passed; the timer does not run any more. */
  abstract void onExpired(long nowNanos);

  /**
   * Whether the deadline has passed already by a restraint: for those that wait for something to
   * move, whose deadline was set when there was more of everything.
   */
  boolean isPastDue(long nowNanos, Restraint restraint) {
    return false;
  }

  /** The shard ends, or this broke off; what it holds must go. The timer does not run any more. */
  abstract void abandon();

  /** Puts this before another in its chain. */
  final void linkBefore(Timer other) {
    next = other;
    previous = other.previous;
    if (other.previous != null) {
      other.previous.next = this;
    }
    other.previous = this;
  }

  /** Takes this out of its chain; false if it was in none. */
  final boolean unlink() {
    if (next == null || previous == null) {
      return false;
    }
    next.previous = previous;
    previous.next = next;
    next = null;
    previous = null;
    return true;
  }

  /** The head of a chain, which is a ring: empty, it is its own neighbour. */
  static final class Head extends Timer {

    Head() {
      previous = this;
      next = this;
    }

    /** The first of the chain, or null. */
    @Nullable Timer first() {
      return next == this ? null : next;
    }

    @Override
    void onExpired(long nowNanos) {
      throw new AssertionError("a head has no deadline");
    }

    @Override
    void abandon() {
      throw new AssertionError("a head holds nothing");
    }
  }
}
