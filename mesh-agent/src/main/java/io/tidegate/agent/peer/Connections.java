package io.tidegate.agent.peer;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.tidegate.agent.identity.Refusals;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that were accepted. gRPC tells neither of handshakes that failed, nor can it
 * close a connection to one that takes nothing. For the publisher's event loop.
 */
final class Connections extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  private final Refusals refusals;
  private final Map<SocketAddress, Channel> byRemote = new HashMap<>();

  Connections(Refusals refusals) {
    this.refusals = refusals;
  }

  /** A channel to listen on, whose connections are known here. */
  ServerChannel listener() {
    EpollServerSocketChannel channel = new EpollServerSocketChannel();
    channel.pipeline().addLast(this);
    return channel;
  }

  /** A connection was accepted. */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object accepted) {
    if (accepted instanceof Channel connection) {
      SocketAddress remote = connection.remoteAddress();
      connection.pipeline().addLast(new HandshakeWatch(refusals));
      byRemote.put(remote, connection);
      connection.closeFuture().addListener(done -> byRemote.remove(remote, connection));
    }
    ctx.fireChannelRead(accepted);
  }

  /** Closes a connection at once, whatever is on its way. */
  void close(SocketAddress remote) {
    Channel connection = byRemote.get(remote);
    if (connection != null) {
      connection.close().addListener(done -> LOG.debug("{}: closed", remote));
    }
  }
}
