package io.tidegate.agent.source;

import org.jspecify.annotations.Nullable;

/**
 * How hops by TLS fare.
 *
 * @param port where other nodes bring them, or null for nowhere
 * @param error why nowhere, although it should; or null
 * @param in those of other nodes to here
 * @param out those of this node to others
 */
public record TunnelStatus(@Nullable Integer port, @Nullable String error, Counts in, Counts out) {

  /** None, and none wanted. */
  public static final TunnelStatus NONE = new TunnelStatus(null, null, Counts.ZERO, Counts.ZERO);

  /**
   * Those of one direction.
   *
   * @param open how many there are now, those that are being made included
   * @param opened how many were made since the start
   * @param failed how many could not be made
   */
  public record Counts(int open, long opened, long failed) {
    static final Counts ZERO = new Counts(0, 0, 0);
  }
}
