package io.tidegate.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/**
 * What the UDP sessions of a shard share: the memory that their datagrams pass through, and how
 * many of them there may be.
 */
final class UdpSessions {

  private static final int BURSTS_PER_SECOND = 10;

  final UdpPacketInfo packetInfo;
  final UdpBatch batch;
  private final UdpConfig config;

  private int active;
  // How many may begin now; what is used up comes back with time.
  private double allowed;
  private long allowedAtNanos;

  UdpSessions(ProxyConfig config, long nowNanos) {
    this.config = config.udp();
    packetInfo = isIpv6(config) ? UdpPacketInfo.IPV6 : UdpPacketInfo.IPV4;
    batch = new UdpBatch(packetInfo);
    allowed = burst();
    allowedAtNanos = nowNanos;
  }

  private static boolean isIpv6(ProxyConfig config) {
    try {
      return BindAddress.isIpv6(BindAddress.of(config.bindAddress(), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private double burst() {
    return (double) config.newSessionsPerSecond() / BURSTS_PER_SECOND;
  }

  /** Whether one more may begin; if so, it counts until {@link #ended}. */
  boolean begin(long nowNanos) {
    double sinceSeconds = (double) (nowNanos - allowedAtNanos) / TimeUnit.SECONDS.toNanos(1);
    allowed = Math.min(burst(), allowed + sinceSeconds * config.newSessionsPerSecond());
    allowedAtNanos = nowNanos;
    if (active >= config.sessions() || allowed < 1) {
      return false;
    }
    allowed--;
    active++;
    return true;
  }

  void ended() {
    active--;
  }
}
