package io.tidegate.proxy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * So many per second, and as many at once after a second without any. For any thread: what is left
 * is one number, the moment at which all of it will be there again.
 */
final class TokenBucket {

  private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final AtomicLong fullAtNanos;

  /** A full one. */
  TokenBucket(long nowNanos) {
    fullAtNanos = new AtomicLong(nowNanos);
  }

  /** Whether one may be taken; if so, it is. */
  boolean take(int perSecond, long nowNanos) {
    long costNanos = BURST_NANOS / perSecond;
    while (true) {
      long beforeNanos = fullAtNanos.get();
      long owedNanos = Math.max(beforeNanos - nowNanos, 0) + costNanos;
      if (owedNanos > BURST_NANOS) {
        return false;
      }
      if (fullAtNanos.compareAndSet(beforeNanos, nowNanos + owedNanos)) {
        return true;
      }
    }
  }

  boolean isFull(long nowNanos) {
    return nowNanos - fullAtNanos.get() >= 0;
  }
}
