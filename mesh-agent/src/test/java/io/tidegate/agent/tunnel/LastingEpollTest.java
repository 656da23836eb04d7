package io.tidegate.agent.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LastingEpollTest {

  private static final int ANSWER = 42;

  @Test
  void aClientThatHasEndedIsAnsweredThoughItIsReadAgain() throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, LastingEpoll.newFactory());
    try (Socket client = new Socket()) {
      client.connect(listen(group));
      client.shutdownOutput();
      assertThat(client.getInputStream().read()).isEqualTo(ANSWER);
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  private static InetSocketAddress listen(EventLoopGroup group) {
    return (InetSocketAddress)
        new ServerBootstrap()
            .group(group)
            .channel(EpollServerSocketChannel.class)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(new Answer())
            .bind(Tunnels.LOOPBACK, 0)
            .syncUninterruptibly()
            .channel()
            .localAddress();
  }

  /** Reads again behind the end, as whoever has waited for the other side does, then answers. */
  private static final class Answer extends ChannelInboundHandlerAdapter {

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event == ChannelInputShutdownEvent.INSTANCE) {
        var _ = ctx.executor().schedule(ctx::read, 1, TimeUnit.MILLISECONDS);
        var _ = ctx.executor().schedule(() -> answer(ctx), 2, TimeUnit.MILLISECONDS);
      }
    }

    private static void answer(ChannelHandlerContext ctx) {
      var _ = ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {ANSWER}));
    }
  }
}
