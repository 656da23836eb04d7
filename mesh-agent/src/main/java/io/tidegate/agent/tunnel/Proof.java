package io.tidegate.agent.tunnel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.RefusedException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Stands behind TLS until the other side has proven who it is; nothing passes before. */
final class Proof extends ChannelInboundHandlerAdapter {

  /** Hears how that ends, once. */
  interface Outcome {

    /**
     * Takes the connection over.
     *
     * @throws RefusedException if it is not for this node
     */
    void onProven(Channel channel, NodeName name) throws RefusedException;

    /** The connection is closed, or will be at once. */
    void onFailed(Channel channel, String why);
  }

  private final PeerCheck check;
  private final Refusals refusals;
  private final Outcome outcome;
  private boolean over;

  Proof(PeerCheck check, Refusals refusals, Outcome outcome) {
    this.check = check;
    this.refusals = refusals;
    this.outcome = outcome;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (over || !(event instanceof SslHandshakeCompletionEvent done)) {
      return;
    }
    if (!done.isSuccess()) {
      fail(ctx, String.valueOf(done.cause().getMessage()));
      return;
    }
    try {
      NodeName name = check.checkNode(certificate(ctx));
      outcome.onProven(ctx.channel(), name);
      over = true;
      ctx.pipeline().remove(this);
    } catch (RefusedException e) {
      refusals.add(String.valueOf(ctx.channel().remoteAddress()), e);
      fail(ctx, String.valueOf(e.getMessage()));
    }
  }

  private static X509Certificate certificate(ChannelHandlerContext ctx) throws RefusedException {
    try {
      SslHandler tls = ctx.pipeline().get(SslHandler.class);
      if (tls.engine().getSession().getPeerCertificates()[0]
          instanceof X509Certificate certificate) {
        return certificate;
      }
    } catch (SSLPeerUnverifiedException e) {
      throw new RefusedException(Refusal.NO_CERTIFICATE, String.valueOf(e.getMessage()));
    }
    throw new RefusedException(Refusal.NO_CERTIFICATE, "none of X.509");
  }

  private void fail(ChannelHandlerContext ctx, String why) {
    if (!over) {
      over = true;
      outcome.onFailed(ctx.channel(), why);
      Sockets.reset(ctx.channel());
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
    fail(ctx, "it says something before it is its turn");
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(ctx, "it has closed the connection");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(ctx, String.valueOf(cause.getMessage()));
  }
}
