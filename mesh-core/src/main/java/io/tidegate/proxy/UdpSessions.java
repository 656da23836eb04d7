package io.tidegate.proxy;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the UDP sessions of a shard share: the memory that their datagrams pass through, of each
 * family, and how many of them there may be.
 */
final class UdpSessions {

  private static final double BURSTS_PER_SECOND = 10;

  final UdpUnanswered unanswered = new UdpUnanswered();
  private @Nullable UdpFirstDatagram firstDatagram;
  private final Shard shard;
  private final Admission admission;
  private final int most;
  private final double perSecond;

  private int active;
  // How many may begin now; what is used up comes back with time.
  private double allowed;
  private long allowedAtNanos;
  private @Nullable UdpFamily ipv4;
  private @Nullable UdpFamily ipv6;

  UdpSessions(Shard shard, long nowNanos) {
    this.shard = shard;
    ProxyConfig config = shard.config();
    admission = shard.admission();
    most = Math.max(1, config.udp().sessions() / config.shards());
    perSecond = (double) config.udp().newSessionsPerSecond() / config.shards();
    allowed = burst();
    allowedAtNanos = nowNanos;
  }

  /** That of a listener; takes no memory before the first one of its family. */
  UdpFamily of(InetSocketAddress listener) {
    if (BindAddress.isIpv6(listener)) {
      ipv6 = ipv6 == null ? new UdpFamily(shard, UdpPacketInfo.IPV6) : ipv6;
      return ipv6;
    }
    ipv4 = ipv4 == null ? new UdpFamily(shard, UdpPacketInfo.IPV4) : ipv4;
    return ipv4;
  }

  /** What sends datagrams behind headers; takes no memory before the first of them. */
  UdpFirstDatagram firstDatagram() {
    if (firstDatagram == null) {
      firstDatagram = new UdpFirstDatagram();
    }
    return firstDatagram;
  }

  private double burst() {
    return Math.max(1, perSecond / BURSTS_PER_SECOND);
  }

  /** Whether one more may begin; if so, it counts until {@link #ended}. */
  boolean begin(long nowNanos) {
    double sinceSeconds = (double) (nowNanos - allowedAtNanos) / TimeUnit.SECONDS.toNanos(1);
    allowed = Math.min(burst(), allowed + sinceSeconds * perSecond);
    allowedAtNanos = nowNanos;
    if (active >= most || allowed < 1 || !admission.mayBeginSession()) {
      return false;
    }
    allowed--;
    active++;
    admission.sessionBegan();
    return true;
  }

  void ended() {
    active--;
    admission.sessionEnded();
  }
}
