package io.tidegate.routing;

/**
 * How many clients a route takes on one node, each 0 for as many as the node can take. A source is
 * an address that clients come from: of IPv4 all of it, of IPv6 the first 64 bits.
 *
 * @param connections how many connections or UDP sessions there may be at once; the label {@code
 *     tidegate.limit.connections}
 * @param rate how many may begin per second, and at once after a second without any; the label
 *     {@code tidegate.limit.rate}
 * @param sourceConnections how many there may be at once of one source; the label {@code
 *     tidegate.limit.source.connections}
 * @param sourceRate how many of one source may begin per second, and at once after a second without
 *     any; the label {@code tidegate.limit.source.rate}
 */
public record Limits(int connections, int rate, int sourceConnections, int sourceRate) {

  /** The most that {@code connections} and {@code sourceConnections} may be. */
  public static final int MOST_CONNECTIONS = 1 << 22;

  /** The most that {@code rate} and {@code sourceRate} may be. */
  public static final int MOST_PER_SECOND = 1_000_000;

  /** No limit at all. */
  public static final Limits NONE = new Limits(0, 0, 0, 0);

  public Limits {
    check(connections, MOST_CONNECTIONS);
    check(rate, MOST_PER_SECOND);
    check(sourceConnections, MOST_CONNECTIONS);
    check(sourceRate, MOST_PER_SECOND);
  }

  public Limits withConnections(int other) {
    return new Limits(other, rate, sourceConnections, sourceRate);
  }

  public Limits withRate(int other) {
    return new Limits(connections, other, sourceConnections, sourceRate);
  }

  public Limits withSourceConnections(int other) {
    return new Limits(connections, rate, other, sourceRate);
  }

  public Limits withSourceRate(int other) {
    return new Limits(connections, rate, sourceConnections, other);
  }

  /** Whether clients are limited by where they come from. */
  public boolean isBySource() {
    return sourceConnections > 0 || sourceRate > 0;
  }

  private static void check(int value, int most) {
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(value + " (expected: 0 to " + most + ")");
    }
  }
}
