package io.tidegate.routing;

/**
 * How a route treats its clients.
 *
 * @param balance how it chooses among its endpoints; the label {@code tidegate.balance}
 * @param udpResponses after how many answers to each of its datagrams a UDP client's session ends,
 *     or 0 for when nothing has come for a while; the label {@code tidegate.udp.responses}
 */
public record Policy(BalancingPolicy balance, int udpResponses) {

  /** What is in force where nothing was declared. */
  public static final Policy DEFAULT = Policy.of(BalancingPolicy.P2C);

  private static final int MOST_RESPONSES = 65_535;

  public Policy {
    if (udpResponses < 0 || udpResponses > MOST_RESPONSES) {
      throw new IllegalArgumentException(badResponses(String.valueOf(udpResponses)));
    }
  }

  /** The policy with the given way to balance and everything else as by default. */
  public static Policy of(BalancingPolicy balance) {
    return new Policy(balance, 0);
  }

  /**
   * Parses the value of the label {@code tidegate.udp.responses}.
   *
   * @throws IllegalArgumentException naming the value and what is allowed
   */
  public static int parseUdpResponses(String label) {
    try {
      return new Policy(BalancingPolicy.P2C, Integer.parseInt(label)).udpResponses;
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(badResponses(label), e);
    }
  }

  private static String badResponses(String value) {
    return value + " (expected: 0 to " + MOST_RESPONSES + ")";
  }
}
