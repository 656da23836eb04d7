package io.tidegate.agent.tunnel;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.source.TunnelStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Both ends of this node's tunnels, on event loops of their own: what is encrypted costs more than
 * a shard may spend at once. Each tunnel stays on one of them.
 */
public final class Tunnels implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Tunnels.class);

  static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  /** More loops would rather wait for one another than for work. */
  private static final int MOST_LOOPS = 8;

  private static final int CLOSE_SECONDS = 5;

  private final LiveIdentity identity;
  private final PeerCheck check;
  private final Refusals refusals;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          Math.min(Runtime.getRuntime().availableProcessors(), MOST_LOOPS),
          new DefaultThreadFactory("hop-tls", true),
          LastingEpoll.newFactory());
  private final TunnelCounts in = new TunnelCounts();
  private final TunnelCounts out = new TunnelCounts();
  private final Socket inside;

  // None is ever closed before all are: who dials what an older table says must not come to
  // another program that has the port by then.
  private final ConcurrentMap<String, TunnelEntry> byNode = new ConcurrentHashMap<>();

  // Written by whoever has them listen: one at a time.
  private volatile @Nullable TunnelServer server;
  private volatile @Nullable String error;

  /**
   * Listens nowhere yet.
   *
   * @throws IOException if this node's loopback has no port for them
   */
  public Tunnels(LiveIdentity identity, PeerCheck check, Refusals refusals) throws IOException {
    this.identity = identity;
    this.check = check;
    this.refusals = refusals;
    this.inside = hold();
  }

  /** Has a port for the shards to listen on, which no program of another user can take. */
  private static Socket hold() throws IOException {
    Socket held = new Socket();
    try {
      held.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      held.bind(new InetSocketAddress(LOOPBACK, 0));
      return held;
    } catch (IOException e) {
      held.close();
      throw e;
    }
  }

  /** Where this node's data path hears what comes through tunnels. */
  public InetSocketAddress inside() {
    return (InetSocketAddress) inside.getLocalSocketAddress();
  }

  /**
   * Takes tunnels of other nodes, unless it does already.
   *
   * @return where, or null where it cannot; the log says why
   */
  public @Nullable InetSocketAddress listen(InetSocketAddress address) {
    try {
      TunnelServer listening = server;
      if (listening == null) {
        listening = new TunnelServer(group, identity, check, refusals, in, address, inside());
        server = listening;
        error = null;
        LOG.info("hops: taken by TLS at {}", listening.address());
      }
      return listening.address();
    } catch (IOException e) {
      complain(String.valueOf(e.getMessage()));
      return null;
    }
  }

  private void complain(String why) {
    if (!why.equals(error)) {
      error = why;
      LOG.warn("hops: cannot be taken by TLS: {}; trying again", why);
    }
  }

  /**
   * Where this node's data path gets tunnels to another one. From any thread but the tunnels' own.
   *
   * @param target where that node takes them
   * @return null where no port can be had; the log says why
   */
  public @Nullable InetSocketAddress entryTo(String nodeId, InetSocketAddress target) {
    TunnelEntry known = byNode.get(nodeId);
    if (known != null) {
      known.lead(target);
      return known.address();
    }
    try {
      TunnelEntry made = new TunnelEntry(group, identity, check, refusals, out, nodeId, target);
      byNode.put(nodeId, made);
      return made.address();
    } catch (IOException e) {
      LOG.warn("hops: no tunnels to {}: {}", nodeId, e.getMessage());
      return null;
    }
  }

  /** How they fare. From any thread. */
  public TunnelStatus status() {
    TunnelServer listening = server;
    return new TunnelStatus(
        listening == null ? null : listening.address().getPort(),
        error,
        new TunnelStatus.Counts(in.open(), in.opened(), in.failed()),
        new TunnelStatus.Counts(out.open(), out.opened(), out.failed()));
  }

  /** Takes no more of other nodes, and gives the address free. What is there goes on. */
  public void stopListening() {
    TunnelServer listening = server;
    server = null;
    if (listening != null) {
      listening.stop();
    }
  }

  /** Ends all of them at once. */
  @Override
  public void close() {
    group
        .shutdownGracefully(0, 1, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    try {
      inside.close();
    } catch (IOException e) {
      LOG.warn("hops: {} stays bound: {}", inside, e.getMessage());
    }
  }
}
