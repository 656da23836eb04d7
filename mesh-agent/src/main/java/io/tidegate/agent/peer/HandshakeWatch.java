package io.tidegate.agent.peer;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.tidegate.agent.identity.Refusals;

/**
 * Counts handshakes that fail. It stands before everything else in a new connection's pipeline and
 * leaves with the first bytes: whoever sends none is of no interest.
 */
public final class HandshakeWatch extends ChannelInboundHandlerAdapter {

  private final Refusals refusals;

  public HandshakeWatch(Refusals refusals) {
    this.refusals = refusals;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ctx.pipeline().remove(this);
    SslHandler tls = ctx.pipeline().get(SslHandler.class);
    if (tls != null) {
      String who = String.valueOf(ctx.channel().remoteAddress());
      tls.handshakeFuture()
          .addListener(
              done -> {
                if (!done.isSuccess()) {
                  refusals.add(who, Failures.ofHandshake(done.cause()));
                }
              });
    }
    ctx.fireChannelRead(message);
  }
}
