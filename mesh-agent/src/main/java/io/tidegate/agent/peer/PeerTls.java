package io.tidegate.agent.peer;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.RefusedException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;

/** TLS 1.3 with a certificate on both sides. */
final class PeerTls {

  private static final String VERSION = "TLSv1.3";

  private PeerTls() {}

  static SslContext server(LiveIdentity identity, PeerCheck check) throws SSLException {
    return GrpcSslContexts.configure(
            SslContextBuilder.forServer(identity.keyManager()), SslProvider.JDK)
        .trustManager(check.trustManager())
        .clientAuth(ClientAuth.REQUIRE)
        // An earlier handshake opens no door: the root may have changed since.
        .sessionTimeout(1)
        .protocols(VERSION)
        .build();
  }

  /**
   * For one connection: another must not be let in by what was agreed upon with this one.
   *
   * @param trust whom to connect to: a publisher, or any node
   */
  static SslContext client(LiveIdentity identity, X509ExtendedTrustManager trust)
      throws SSLException {
    return GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
        .keyManager(identity.keyManager())
        .trustManager(trust)
        .protocols(VERSION)
        .build();
  }

  /**
   * What the other side of a call shows.
   *
   * @throws RefusedException if it shows none
   */
  static X509Certificate certificate(Attributes call) throws RefusedException {
    SSLSession session = call.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    try {
      if (session != null
          && session.getPeerCertificates()[0] instanceof X509Certificate certificate) {
        return certificate;
      }
    } catch (SSLPeerUnverifiedException e) {
      throw new RefusedException(Refusal.NO_CERTIFICATE, String.valueOf(e.getMessage()));
    }
    throw new RefusedException(Refusal.NO_CERTIFICATE, "no session");
  }
}
