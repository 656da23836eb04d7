package io.tidegate.proxy;

import java.util.concurrent.atomic.AtomicInteger;

/** One address that clients of a route come from: how many there are, and how fast they come. */
final class Source {

  /** What became of a client that wanted in. */
  enum Entry {
    COUNTED,
    FULL,
    /** This source was forgotten meanwhile: there may be another one for its address. */
    FORGOTTEN
  }

  private static final int GONE = -1;

  final TokenBucket rate;
  private final AtomicInteger clients = new AtomicInteger();

  Source(long nowNanos) {
    rate = new TokenBucket(nowNanos);
  }

  /**
   * Counts one more client, until {@link #leave}.
   *
   * @param most how many there may be, or 0 for any number
   */
  Entry enter(int most) {
    while (true) {
      int before = clients.get();
      if (before == GONE) {
        return Entry.FORGOTTEN;
      }
      if (most > 0 && before >= most) {
        return Entry.FULL;
      }
      if (clients.compareAndSet(before, before + 1)) {
        return Entry.COUNTED;
      }
    }
  }

  void leave() {
    clients.decrementAndGet();
  }

  /** Whether there is nothing to know of it any more; if so, nobody enters again. */
  boolean forget(long nowNanos) {
    return rate.isFull(nowNanos) && clients.compareAndSet(0, GONE);
  }
}
