package io.tidegate.metrics;

import java.util.Locale;

/** How the waiting of a parked client ended: each one's ends in exactly one of these. */
public enum ParkingEnd {
  /** A task took it. */
  RELEASED,
  /** It waited for as long as it may; it got a reset. */
  TIMED_OUT,
  /** It left. */
  LEFT,
  /** Its route went away, or the agent stopped; it got a reset. */
  DROPPED;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
