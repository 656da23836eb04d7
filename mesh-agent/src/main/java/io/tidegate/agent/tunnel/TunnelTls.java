package io.tidegate.agent.tunnel;

import io.netty.channel.Channel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.PeerCheck;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** TLS 1.3 with a certificate on both sides, as agents speak it elsewhere. */
final class TunnelTls {

  /** For all of a handshake. */
  static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(5);

  // Only since this version either side may end what it says, and still hear the other.
  private static final String VERSION = "TLSv1.3";

  private TunnelTls() {}

  static SslContext server(LiveIdentity identity, PeerCheck check) throws SSLException {
    return SslContextBuilder.forServer(identity.keyManager())
        .sslProvider(SslProvider.JDK)
        .trustManager(check.trustManager())
        .clientAuth(ClientAuth.REQUIRE)
        // An earlier handshake opens no door: the root may have changed since.
        .sessionTimeout(1)
        .protocols(VERSION)
        .build();
  }

  /** For one connection, which begins with nothing that was agreed upon by another. */
  static SslContext client(LiveIdentity identity, PeerCheck check) throws SSLException {
    return SslContextBuilder.forClient()
        .sslProvider(SslProvider.JDK)
        .keyManager(identity.keyManager())
        .trustManager(check.trustManager())
        // Nodes are known by their ids: names of hosts say nothing.
        .endpointIdentificationAlgorithm(null)
        .protocols(VERSION)
        .build();
  }

  static SslHandler handler(SslContext context, Channel channel) {
    SslHandler handler = context.newHandler(channel.alloc());
    handler.setHandshakeTimeoutMillis(HANDSHAKE_LIMIT.toMillis());
    return handler;
  }
}
