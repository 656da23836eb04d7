package io.tidegate.overload;

import java.util.concurrent.TimeUnit;

/**
 * How the data path restrains itself while resources run short.
 *
 * <pre>
 *   in use         0 %              85 %        90 %        95 %      100 %
 *   idle timeouts  whole ─────────────┤╲╲╲╲ ever shorter ╲╲╲╲├─ a tenth ─
 *   new clients    taken ─────────────────────────┬──────────┤ wait
 *                                                 └─ wait ◄──┘ until here
 * </pre>
 *
 * @param idlePercent what is left of idle timeouts
 * @param isPaused whether new clients are left to wait in the kernel
 */
public record Restraint(int idlePercent, boolean isPaused) {

  /** Nothing runs short. */
  public static final Restraint NONE = new Restraint(100, false);

  private static final double SHRINK_FROM = 0.85;
  private static final double PAUSE_FROM = 0.95;
  private static final double RESUME_BELOW = 0.90;
  private static final int LEAST_PERCENT = 10;

  // Less than this says nothing of a connection, unless it is a route's own timeout.
  private static final long SHORTEST_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * What follows from the pressure.
   *
   * @param pressure the share in use of the scarcest resource: 0 to 1, or more
   */
  public Restraint next(double pressure) {
    double way = (pressure - SHRINK_FROM) / (PAUSE_FROM - SHRINK_FROM);
    int percent = 100 - (int) Math.round((100 - LEAST_PERCENT) * Math.clamp(way, 0, 1));
    return new Restraint(percent, pressure >= (isPaused ? RESUME_BELOW : PAUSE_FROM));
  }

  /** Whether idle timeouts are shorter than they are declared. */
  public boolean isShrinking() {
    return idlePercent < 100;
  }

  /** What an idle timeout is now. */
  public long shorten(long timeoutNanos) {
    if (!isShrinking()) {
      return timeoutNanos;
    }
    long shortNanos = timeoutNanos / 100 * idlePercent;
    return Math.max(shortNanos, Math.min(timeoutNanos, SHORTEST_NANOS));
  }
}
