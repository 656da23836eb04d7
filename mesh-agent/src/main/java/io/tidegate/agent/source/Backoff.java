package io.tidegate.agent.source;

import java.time.Duration;

/** Pauses between attempts: each twice as long as the one before, up to a limit. */
public final class Backoff {

  private final long firstMillis;
  private final long maxMillis;
  private long nextMillis;

  public Backoff(Duration first, Duration max) {
    this.firstMillis = first.toMillis();
    this.maxMillis = max.toMillis();
    this.nextMillis = firstMillis;
  }

  /**
   * The pause before the next attempt.
   *
   * @param random from 0 to 1: the pause is between the half and the whole, so that many do not
   *     come at once
   */
  public Duration next(double random) {
    long pause = (long) (nextMillis * (0.5 + 0.5 * random));
    nextMillis = Math.min(maxMillis, 2 * nextMillis);
    return Duration.ofMillis(pause);
  }

  /** The attempt went well: the next pause is a short one again. */
  public void onSuccess() {
    nextMillis = firstMillis;
  }
}
