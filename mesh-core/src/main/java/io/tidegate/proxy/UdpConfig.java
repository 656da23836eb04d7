package io.tidegate.proxy;

import io.tidegate.overload.Descriptors;
import java.time.Duration;

/**
 * The limits of UDP sessions, of the whole process; each shard has its share. Defaults are in
 * {@link #defaults()}.
 *
 * @param idleTimeout how long a session may live with no datagram either way
 * @param sessions how many sessions there may be; each holds one descriptor
 * @param newSessionsPerSecond how many sessions may begin, with a tenth of that as a burst: where
 *     clients appear faster, those that have a session go first
 */
public record UdpConfig(Duration idleTimeout, int sessions, int newSessionsPerSecond) {

  // Of the process's descriptors; the rest is for relays and everything else.
  private static final double SHARE_OF_DESCRIPTORS = 0.7;
  private static final int MOST_SESSIONS = 1 << 20;

  public UdpConfig {
    ProxyConfig.checkPositive("udp idleTimeout", idleTimeout);
    ProxyConfig.check("udp sessions", sessions, 1, MOST_SESSIONS);
    ProxyConfig.check("udp newSessionsPerSecond", newSessionsPerSecond, 10, 10_000_000);
  }

  /** 60 s, 40,000 new sessions per second, and a share of the descriptors that there may be. */
  public static UdpConfig defaults() {
    long sessions = (long) (Descriptors.limit() * SHARE_OF_DESCRIPTORS);
    return new UdpConfig(Duration.ofSeconds(60), Math.clamp(sessions, 1, MOST_SESSIONS), 40_000);
  }
}
