package io.tidegate.agent.vip;

import io.tidegate.agent.takeover.Watcher;
import java.time.Duration;
import org.agrona.concurrent.NanoClock;

/**
 * When the keeper looks: at once when the table changes, and shortly after, since what Docker does
 * about the same task comes a moment sooner or later; then less and less often.
 *
 * <pre>
 *   change ──► look ──► 0.1 s ──► look ──► 0.2 s ──► look ──► 0.4 s … every {@link Watcher#PERIOD}
 * </pre>
 */
final class VipRhythm {

  static final Duration SOON = Duration.ofMillis(100);

  /** From one look at the rules of a network to another: that costs processes. */
  static final Duration BETWEEN_COMPARISONS = Duration.ofSeconds(10);

  private final NanoClock clock;
  private long restNanos = Watcher.PERIOD.toNanos();
  private long comparedNanos;

  // For any thread; all else is of one.
  private volatile boolean hasChanged;

  VipRhythm(NanoClock clock) {
    this.clock = clock;
    comparedNanos = clock.nanoTime();
  }

  /** The table has changed. */
  void onChange() {
    hasChanged = true;
  }

  /** How long to rest after a look. */
  long restNanos() {
    if (hasChanged) {
      hasChanged = false;
      restNanos = SOON.toNanos();
    } else {
      restNanos = Math.min(2 * restNanos, Watcher.PERIOD.toNanos());
    }
    return restNanos;
  }

  /** Whether the next network's rules are to be looked at now. */
  boolean isComparisonDue() {
    long nowNanos = clock.nanoTime();
    if (nowNanos - comparedNanos < BETWEEN_COMPARISONS.toNanos()) {
      return false;
    }
    comparedNanos = nowNanos;
    return true;
  }
}
