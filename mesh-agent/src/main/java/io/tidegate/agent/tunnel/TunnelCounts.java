package io.tidegate.agent.tunnel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What there is of tunnels in one direction, and was. For use from any thread. */
final class TunnelCounts {

  /** More than this many at once are not made in one direction. */
  static final int MOST = 16_384;

  private final AtomicInteger open = new AtomicInteger();
  private final LongAdder opened = new LongAdder();
  private final LongAdder failed = new LongAdder();

  /** Takes a place; false where there is none. */
  boolean begin() {
    if (open.incrementAndGet() > MOST) {
      open.decrementAndGet();
      return false;
    }
    return true;
  }

  void onOpened() {
    opened.increment();
  }

  void onFailed() {
    failed.increment();
  }

  /** Gives a place back. */
  void end() {
    open.decrementAndGet();
  }

  int open() {
    return open.get();
  }

  long opened() {
    return opened.sum();
  }

  long failed() {
    return failed.sum();
  }
}
