package io.tidegate.agent.tunnel;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two connections that are one to who uses them: the inner one, in the open on this node's
 * loopback, and the outer one, by TLS to another node. Both are on one event loop, which owns this.
 *
 * <pre>
 *   inner                       outer
 *   bytes        ◄──────────►   bytes
 *   FIN          ◄──────────►   close_notify, each direction alone
 *   RST          ◄──────────►   RST, or a FIN without close_notify: whatever was cut off
 * </pre>
 *
 * <p>Who takes nothing is not read for: what waits is limited by the marks of Netty's buffers.
 */
final class Tunnel {

  private static final Logger LOG = LoggerFactory.getLogger(Tunnel.class);

  /** Often, as epoll reports a reset behind an end again and again, and Netty tells nobody. */
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(50);

  // From net/tcp_states.h.
  private static final int TCP_CLOSE = 7;

  private final End inner;
  private final End outer;
  private boolean over;

  private Tunnel(EpollSocketChannel inner, EpollSocketChannel outer) {
    this.inner = new End(inner, null);
    this.outer = new End(outer, outer.pipeline().get(SslHandler.class));
  }

  /** Has bytes pass from now on. Whatever stood at the end of the pipelines has left. */
  static void open(EpollSocketChannel inner, EpollSocketChannel outer) {
    Tunnel tunnel = new Tunnel(inner, outer);
    inner.pipeline().addLast(tunnel.inner);
    outer.pipeline().addLast(tunnel.outer);
    inner.config().setAutoRead(true);
    outer.config().setAutoRead(true);
  }

  private void reset(String why) {
    if (!over) {
      over = true;
      LOG.debug("{}: reset: {}", outer.channel, why);
      Sockets.reset(inner.channel);
      Sockets.reset(outer.channel);
    }
  }

  /** One of the two: passes on what it receives. */
  private final class End extends ChannelInboundHandlerAdapter {

    private final EpollSocketChannel channel;
    private final @Nullable SslHandler tls;
    private boolean hasHeardEnd;
    private boolean hasSaidEnd;

    End(EpollSocketChannel channel, @Nullable SslHandler tls) {
      this.channel = channel;
      this.tls = tls;
    }

    private End other() {
      return tls == null ? outer : inner;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      EpollSocketChannel to = other().channel;
      var _ = to.write(message, to.voidPromise());
      if (!to.isWritable()) {
        channel.config().setAutoRead(false);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      other().channel.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      other().channel.config().setAutoRead(channel.isWritable());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      boolean isEnd =
          event == ChannelInputShutdownEvent.INSTANCE
              || (event instanceof SslCloseCompletionEvent closed && closed.isSuccess());
      if (isEnd && !hasHeardEnd) {
        hasHeardEnd = true;
        other().sayEnd();
        if (tls == null) {
          lookLater();
        }
        closeIfDone();
      }
    }

    /** Behind all that is still to be written. */
    private void sayEnd() {
      var _ =
          channel
              .writeAndFlush(Unpooled.EMPTY_BUFFER)
              .addListener(
                  written -> {
                    if (written.isSuccess()) {
                      var _ = end().addListener(said -> onEndSaid(said.isSuccess()));
                    } else {
                      reset("it takes no more");
                    }
                  });
    }

    private ChannelFuture end() {
      return tls == null ? channel.shutdownOutput() : tls.closeOutbound();
    }

    private void onEndSaid(boolean isSaid) {
      if (isSaid) {
        hasSaidEnd = true;
        closeIfDone();
      } else {
        reset("it takes no end");
      }
    }

    private void closeIfDone() {
      if (isDone()) {
        Sockets.close(channel);
      }
    }

    private boolean isDone() {
      return hasHeardEnd && hasSaidEnd;
    }

    private void lookLater() {
      var _ =
          channel.eventLoop().schedule(this::look, LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
      if (over || hasSaidEnd) {
        return;
      }
      if (isReset()) {
        reset("by its client, behind an end");
      } else {
        lookLater();
      }
    }

    private boolean isReset() {
      try {
        return channel.tcpInfo().state() == TCP_CLOSE;
      } catch (ChannelException e) {
        return true;
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (!isDone()) {
        reset("closed without an end");
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      reset(String.valueOf(cause.getMessage()));
    }
  }
}
