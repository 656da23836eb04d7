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
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.peer.HandshakeWatch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the agents of other nodes come by TLS: each connection of one that is believed goes on to
 * this node's data path.
 */
final class TunnelServer implements Proof.Outcome {

  private static final Logger LOG = LoggerFactory.getLogger(TunnelServer.class);

  /** More that have not proven who they are are not kept: anybody could open them. */
  static final int MOST_UNPROVEN = 1_024;

  private final PeerCheck check;
  private final Refusals refusals;
  private final TunnelCounts counts;
  private final InetSocketAddress inside;
  private final AtomicInteger unproven = new AtomicInteger();
  private final Channel listener;

  /**
   * Listens.
   *
   * @param inside where the data path hears them
   * @throws IOException naming the address and why it cannot
   */
  TunnelServer(
      EventLoopGroup group,
      LiveIdentity identity,
      PeerCheck check,
      Refusals refusals,
      TunnelCounts counts,
      InetSocketAddress address,
      InetSocketAddress inside)
      throws IOException {
    this.check = check;
    this.refusals = refusals;
    this.counts = counts;
    this.inside = inside;
    SslContext context = TunnelTls.server(identity, check);
    this.listener = listen(group, address, context);
  }

  private Channel listen(EventLoopGroup group, InetSocketAddress address, SslContext context)
      throws IOException {
    return Sockets.bind(
        Sockets.listening(group, Sockets.OUTER)
            .childHandler(
                new ChannelInitializer<EpollSocketChannel>() {
                  @Override
                  protected void initChannel(EpollSocketChannel channel) {
                    accept(channel, context);
                  }
                }),
        address);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  private void accept(EpollSocketChannel channel, SslContext context) {
    if (unproven.incrementAndGet() > MOST_UNPROVEN || !counts.begin()) {
      unproven.decrementAndGet();
      counts.onFailed();
      Sockets.reset(channel);
      return;
    }
    channel.closeFuture().addListener(_ -> counts.end());
    channel
        .pipeline()
        .addLast(
            new HandshakeWatch(refusals),
            TunnelTls.handler(context, channel),
            new Proof(check, refusals, this));
  }

  /** Lets it say nothing until the data path is there, which speaks first. */
  @Override
  public void onProven(Channel channel, NodeName name) {
    unproven.decrementAndGet();
    EpollSocketChannel outer = (EpollSocketChannel) channel;
    outer.config().setAutoRead(false);
    ChannelFuture connecting =
        Sockets.connecting(outer.eventLoop(), Sockets.INNER)
            .handler(new Waiting(outer))
            .connect(inside);
    EpollSocketChannel inner = (EpollSocketChannel) connecting.channel();
    Waiting waiting = new Waiting(inner);
    outer.pipeline().addLast(waiting);
    connecting.addListener(
        connected -> {
          if (!connected.isSuccess()) {
            counts.onFailed();
            LOG.debug("{}: the data path does not hear {}", name, connected.cause().getMessage());
            Sockets.reset(outer);
          } else if (outer.isActive()) {
            outer.pipeline().remove(waiting);
            inner.pipeline().remove(Waiting.class);
            counts.onOpened();
            Tunnel.open(inner, outer);
          } else {
            Sockets.reset(inner);
          }
        });
  }

  @Override
  public void onFailed(Channel channel, String why) {
    unproven.decrementAndGet();
    LOG.debug("{}: no tunnel: {}", channel.remoteAddress(), why);
  }

  /** Takes no more; what is there goes on. */
  void stop() {
    listener.close().awaitUninterruptibly();
  }
}
