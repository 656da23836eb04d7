package io.tidegate.agent.tunnel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * One side of a tunnel while the other is being made. Nobody has anything to say then: if it does,
 * or ends, there is no tunnel.
 */
final class Waiting extends ChannelInboundHandlerAdapter {

  private final Channel other;

  Waiting(Channel other) {
    this.other = other;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
    giveUp(ctx);
  }

  /** The only events behind a handshake are ends. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    giveUp(ctx);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    giveUp(ctx);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    giveUp(ctx);
  }

  private void giveUp(ChannelHandlerContext ctx) {
    Sockets.reset(ctx.channel());
    Sockets.reset(other);
  }
}
