package io.tidegate.agent.tunnel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.RefusedException;
import io.tidegate.agent.peer.HandshakeWatch;
import java.io.IOException;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this node's data path comes for tunnels to one other node: a port of the loopback, each
 * connection to which is a tunnel. Other programs of this node can open some too; without the hop's
 * key they come no further than to be asked for it.
 */
final class TunnelEntry {

  private static final Logger LOG = LoggerFactory.getLogger(TunnelEntry.class);

  private final String nodeId;
  private final LiveIdentity identity;
  private final PeerCheck check;
  private final Refusals refusals;
  private final TunnelCounts counts;
  private final Channel listener;
  private volatile InetSocketAddress target;
  private volatile String complaint = "";

  /**
   * Listens.
   *
   * @param target where that node takes tunnels
   * @throws IOException saying why it cannot
   */
  TunnelEntry(
      EventLoopGroup group,
      LiveIdentity identity,
      PeerCheck check,
      Refusals refusals,
      TunnelCounts counts,
      String nodeId,
      InetSocketAddress target)
      throws IOException {
    this.nodeId = nodeId;
    this.identity = identity;
    this.check = check;
    this.refusals = refusals;
    this.counts = counts;
    this.target = target;
    this.listener = listen(group);
  }

  private Channel listen(EventLoopGroup group) throws IOException {
    return Sockets.bind(
        Sockets.listening(group, Sockets.INNER)
            .childHandler(
                new ChannelInitializer<EpollSocketChannel>() {
                  @Override
                  protected void initChannel(EpollSocketChannel inner) {
                    accept(inner);
                  }
                }),
        new InetSocketAddress(Tunnels.LOOPBACK, 0));
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** From now on that node takes tunnels there. From any thread. */
  void lead(InetSocketAddress next) {
    target = next;
  }

  private void accept(EpollSocketChannel inner) {
    if (!counts.begin()) {
      counts.onFailed();
      Sockets.reset(inner);
      return;
    }
    inner.closeFuture().addListener(_ -> counts.end());
    try {
      connect(inner, TunnelTls.client(identity, check));
    } catch (SSLException e) {
      fail(inner, "TLS: " + e.getMessage());
    }
  }

  private void connect(EpollSocketChannel inner, SslContext context) {
    ChannelFuture connecting =
        Sockets.connecting(inner.eventLoop(), Sockets.OUTER)
            .handler(
                new ChannelInitializer<EpollSocketChannel>() {
                  @Override
                  protected void initChannel(EpollSocketChannel outer) {
                    outer
                        .pipeline()
                        .addLast(
                            new HandshakeWatch(refusals),
                            TunnelTls.handler(context, outer),
                            new Proof(check, refusals, new Outcome(inner)));
                  }
                })
            .connect(target);
    inner.pipeline().addLast(new Waiting(connecting.channel()));
    connecting.addListener(
        connected -> {
          if (!connected.isSuccess()) {
            fail(inner, String.valueOf(connected.cause().getMessage()));
          }
        });
  }

  /** How the handshake of one tunnel ends. */
  private final class Outcome implements Proof.Outcome {

    private final EpollSocketChannel inner;

    Outcome(EpollSocketChannel inner) {
      this.inner = inner;
    }

    @Override
    public void onProven(Channel outer, NodeName name) throws RefusedException {
      if (!name.nodeId().equals(nodeId)) {
        throw new RefusedException(Refusal.NO_NODE, name + " (expected: node " + nodeId + ")");
      }
      complaint = "";
      counts.onOpened();
      inner.pipeline().remove(Waiting.class);
      Tunnel.open(inner, (EpollSocketChannel) outer);
    }

    @Override
    public void onFailed(Channel outer, String why) {
      fail(inner, why);
    }
  }

  /** Says the same thing once: the data path goes on trying. It may have given up itself. */
  private void fail(EpollSocketChannel inner, String why) {
    if (!inner.isOpen()) {
      return;
    }
    counts.onFailed();
    if (!why.equals(complaint)) {
      complaint = why;
      LOG.warn("hops: no tunnel to {} at {}: {}", nodeId, target, why);
    }
    Sockets.reset(inner);
  }
}
