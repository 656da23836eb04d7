package io.tidegate.metrics;

import java.util.Locale;

/** What became of a datagram that was received: each one ends in exactly one of these. */
public enum DatagramResult {
  /** It was sent on. */
  PASSED,
  /** There was no room to send it, or to keep it while another agent was asked for the task. */
  CONGESTED,
  /** It does not fit into what the way to the other side carries. */
  TOO_LONG,
  /** The other side refused it or cannot be reached. */
  REFUSED,
  /** It would have begun a session, but the route had no endpoint that may be picked. */
  NO_ENDPOINT,
  /**
   * It would have begun a session, but there were too many, too many new ones, or its client may
   * not come.
   */
  NO_SESSION;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
