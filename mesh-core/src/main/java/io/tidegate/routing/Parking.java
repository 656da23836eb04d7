package io.tidegate.routing;

import java.time.Duration;

/**
 * How TCP clients wait for a task where there is none that takes them.
 *
 * @param clients how many may wait at once on one node, or 0 where none may; the label {@code
 *     tidegate.parking}
 * @param timeout how long one may wait, from its accept; the label {@code tidegate.parking.timeout}
 */
public record Parking(int clients, Duration timeout) {

  /** The most that {@code clients} may be. */
  public static final int MOST_CLIENTS = 65_536;

  /** The longest that {@code timeout} may be. */
  public static final Duration LONGEST = Duration.ofMinutes(1);

  /** What is in force where nothing was declared. */
  public static final Parking DEFAULT = new Parking(1_024, Duration.ofSeconds(5));

  /** Nobody waits. */
  public static final Parking OFF = DEFAULT.withClients(0);

  public Parking {
    if (clients < 0 || clients > MOST_CLIENTS) {
      throw new IllegalArgumentException(clients + " (expected: 0 to " + MOST_CLIENTS + ")");
    }
    if (!timeout.isPositive() || timeout.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          timeout + " (expected: more than 0, at most " + LONGEST + ")");
    }
  }

  public Parking withClients(int other) {
    return new Parking(other, timeout);
  }

  public Parking withTimeout(Duration other) {
    return new Parking(clients, other);
  }
}
