package io.tidegate.agent.admin;

import io.tidegate.proxy.Transparency;

/**
 * Whether tasks of this node can see their clients' own addresses.
 *
 * @param isWanted whether any service asks for that
 * @param failures how often it could not be seen to
 */
public record TransparencyStatus(boolean isWanted, Transparency inForce, long failures) {

  /** Where no service asks. */
  public static final TransparencyStatus UNASKED =
      new TransparencyStatus(false, Transparency.not("no service asks for it"), 0);
}
