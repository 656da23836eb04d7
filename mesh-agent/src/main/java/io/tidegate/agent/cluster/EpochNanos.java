package io.tidegate.agent.cluster;

import java.time.Instant;

/** Points in time as nanoseconds since 1970. */
public final class EpochNanos {

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private EpochNanos() {}

  /** The nanoseconds, or 0 for a time before 1970 or beyond what a long can tell (2262). */
  public static long of(Instant instant) {
    try {
      return Math.max(
          0,
          Math.addExact(
              Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND), instant.getNano()));
    } catch (ArithmeticException e) {
      return 0;
    }
  }
}
