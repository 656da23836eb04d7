package io.tidegate.proxy;

import io.tidegate.header.HopHeader;
import io.tidegate.routing.HopOffer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to the agent on the task's node, beside a session's datagrams: asks for the task,
 * and lasts as long as the session does there. The timer runs until the answer.
 */
final class UdpHop extends Timer implements RelayHalf.Owner {

  private static final Logger LOG = LoggerFactory.getLogger(UdpHop.class);

  private final Shard shard;
  private final UdpUpstream upstream;
  private final HopOffer offer;
  private final HopHalf half;
  private boolean open;
  private boolean over;

  private UdpHop(Shard shard, UdpUpstream upstream, HopOffer offer) throws IOException {
    this.shard = shard;
    this.upstream = upstream;
    this.offer = offer;
    half = shard.hops().take(offer, this);
  }

  /**
   * Asks.
   *
   * @param timeout for the answer
   * @throws IOException if that cannot even be begun; nothing is left open
   */
  static UdpHop begin(
      Shard shard, UdpUpstream upstream, HopOffer offer, HopHeader asked, Duration timeout)
      throws IOException {
    UdpHop hop = new UdpHop(shard, upstream, offer);
    try {
      hop.half.ask(asked);
    } catch (IOException e) {
      shard.retire(hop.half);
      throw e;
    }
    // A descriptor beside that of the session.
    shard.admission().sessionBegan();
    shard.clock().start(timeout, hop);
    return hop;
  }

  /** Whether the other agent takes the session's datagrams. */
  boolean isOpen() {
    return open;
  }

  /** Whether it does no more. */
  boolean hasEnded() {
    return open && (half.hasPeerEnded() || half.hasFailed());
  }

  @Override
  public void onReady(RelayHalf ignored) {
    if (!over && !open && half.isWritable() && !half.isArriving()) {
      arrive();
    }
    if (over || !open) {
      return;
    }
    if (half.hasFailed()) {
      upstream.onTaskGone();
    } else if (half.hasPeerEnded()) {
      upstream.onEnded();
    }
  }

  private void arrive() {
    shard.clock().stop(this);
    try {
      half.checkArrived();
      half.socket.keepAlive();
      open = true;
      upstream.open(new InetSocketAddress(offer.address().getAddress(), half.udpPort()));
    } catch (IOException e) {
      LOG.debug("a UDP session was not taken: {}", e.getMessage());
      open = false;
      upstream.onNotTaken(e);
    }
  }

  @Override
  void onExpired(long nowNanos) {
    LOG.debug("a UDP session was not taken: {} does not answer", offer.address());
    upstream.onSilent();
  }

  @Override
  public void onBroken(RuntimeException e) {
    upstream.onBroken(e);
  }

  @Override
  void abandon() {
    upstream.abandon();
  }

  /** The session is over, or goes another way. */
  void end() {
    if (!over) {
      over = true;
      shard.clock().stop(this);
      shard.admission().sessionEnded();
      shard.retire(half);
    }
  }
}
