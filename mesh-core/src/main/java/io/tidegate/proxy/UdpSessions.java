package io.tidegate.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the UDP sessions of a shard share: the memory that their datagrams pass through, and how
 * many of them there may be.
 */
final class UdpSessions {

  private static final double BURSTS_PER_SECOND = 10;

  final UdpPacketInfo packetInfo;
  final UdpBatch batch;
  final UdpAnswers answers;
  final UdpUnanswered unanswered = new UdpUnanswered();
  private @Nullable UdpFirstDatagram firstDatagram;
  private final Admission admission;
  private final int most;
  private final double perSecond;

  private int active;
  // How many may begin now; what is used up comes back with time.
  private double allowed;
  private long allowedAtNanos;

  UdpSessions(Shard shard, long nowNanos) {
    ProxyConfig config = shard.config();
    admission = shard.admission();
    most = Math.max(1, config.udp().sessions() / config.shards());
    perSecond = (double) config.udp().newSessionsPerSecond() / config.shards();
    packetInfo = isIpv6(config) ? UdpPacketInfo.IPV6 : UdpPacketInfo.IPV4;
    batch = new UdpBatch(packetInfo);
    answers = new UdpAnswers(shard, packetInfo);
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
