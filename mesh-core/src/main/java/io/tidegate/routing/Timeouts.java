package io.tidegate.routing;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a route waits; null where the agent's own options say it.
 *
 * @param connect for one attempt to reach a task; the label {@code tidegate.timeout.connect}
 * @param idle for anything to move in a relayed connection; {@code tidegate.timeout.idle}
 * @param udpIdle for a datagram in a UDP session; {@code tidegate.udp.timeout.idle}
 * @param drain for relays to a task that is to stop, from when it is told to; null where they are
 *     never closed; {@code tidegate.drain.timeout}
 */
public record Timeouts(
    @Nullable Duration connect,
    @Nullable Duration idle,
    @Nullable Duration udpIdle,
    @Nullable Duration drain) {

  /** Everything as the agent's options say. */
  public static final Timeouts NONE = new Timeouts(null, null, null, null);

  /** The longest that can be declared. */
  public static final Duration LONGEST = Duration.ofDays(30);

  public Timeouts {
    check(connect);
    check(idle);
    check(udpIdle);
    check(drain);
  }

  public Timeouts withConnect(Duration other) {
    return new Timeouts(other, idle, udpIdle, drain);
  }

  public Timeouts withIdle(Duration other) {
    return new Timeouts(connect, other, udpIdle, drain);
  }

  public Timeouts withUdpIdle(Duration other) {
    return new Timeouts(connect, idle, other, drain);
  }

  public Timeouts withDrain(Duration other) {
    return new Timeouts(connect, idle, udpIdle, other);
  }

  private static void check(@Nullable Duration timeout) {
    if (timeout != null && (!timeout.isPositive() || timeout.compareTo(LONGEST) > 0)) {
      throw new IllegalArgumentException(
          timeout + " (expected: more than 0, at most " + LONGEST + ")");
    }
  }
}
