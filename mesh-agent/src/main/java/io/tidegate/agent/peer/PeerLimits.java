package io.tidegate.agent.peer;

import java.time.Duration;

/**
 * What one side may ask of the other.
 *
 * @param partBytes an update larger than this is sent in parts
 * @param maxMessageBytes the most that one part may have
 * @param maxUpdateBytes the most that one update may have, all parts together
 * @param maxPendingBytes how far a subscriber may lag behind, beyond the whole that it got first
 * @param stallLimit how long a subscriber may take nothing of what waits for it
 * @param heartbeat how often a publisher says something, be it that nothing changed
 * @param silenceLimit how long a publisher may say nothing
 */
public record PeerLimits(
    int partBytes,
    int maxMessageBytes,
    long maxUpdateBytes,
    long maxPendingBytes,
    Duration stallLimit,
    Duration heartbeat,
    Duration silenceLimit) {

  /** For 10,000 services with 10 tasks each there is room three times over. */
  public static final PeerLimits DEFAULT =
      new PeerLimits(
          256 << 10,
          4 << 20,
          64 << 20,
          8 << 20,
          Duration.ofSeconds(20),
          Duration.ofSeconds(3),
          Duration.ofSeconds(7));

  public PeerLimits {
    check("partBytes", partBytes, 1, maxMessageBytes);
    check("maxMessageBytes", maxMessageBytes, 1_024, 64 << 20);
    check("maxUpdateBytes", maxUpdateBytes, maxMessageBytes, 1L << 30);
    check("maxPendingBytes", maxPendingBytes, 1_024, 1L << 30);
    check("stallLimit in ms", stallLimit.toMillis(), 1, 3_600_000);
    check("heartbeat in ms", heartbeat.toMillis(), 1, 60_000);
    check("silenceLimit in ms", silenceLimit.toMillis(), heartbeat.toMillis(), 3_600_000);
  }

  private static void check(String name, long value, long from, long to) {
    if (value < from || value > to) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + from + " to " + to + ")");
    }
  }
}
