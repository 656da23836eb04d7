package io.tidegate.routing;

/** How a route chooses among its endpoints; the label {@code tidegate.balance} of a service. */
public enum BalancingPolicy {
  /** Two endpoints drawn at random, the one with fewer active relays wins. The default. */
  P2C("p2c"),
  /** Each endpoint in turn. */
  ROUND_ROBIN("round-robin");

  private final String label;

  BalancingPolicy(String label) {
    this.label = label;
  }

  /**
   * Parses the value of the label.
   *
   * @throws IllegalArgumentException naming the value and what is allowed
   */
  public static BalancingPolicy parse(String label) {
    for (BalancingPolicy policy : values()) {
      if (policy.label.equals(label)) {
        return policy;
      }
    }
    throw new IllegalArgumentException(label + " (expected: p2c or round-robin)");
  }

  @Override
  public String toString() {
    return label;
  }
}
