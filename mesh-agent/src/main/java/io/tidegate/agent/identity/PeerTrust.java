package io.tidegate.agent.identity;

import java.net.Socket;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts nodes whose certificate the cluster's root in force signed. A node is known by its id and
 * not by a host name, so the name that was dialled is of no interest.
 */
final class PeerTrust extends X509ExtendedTrustManager {

  private final PeerCheck check;
  private final ServerCheck servers;

  /** Whether to connect to the node that shows this certificate. */
  interface ServerCheck {
    NodeName check(X509Certificate certificate) throws RefusedException;
  }

  PeerTrust(PeerCheck check, ServerCheck servers) {
    this.check = check;
    this.servers = servers;
  }

  @Override
  public void checkClientTrusted(X509Certificate @Nullable [] chain, String authType)
      throws RefusedException {
    check.checkClient(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate @Nullable [] chain, String authType)
      throws RefusedException {
    servers.check(check.checkServer(chain, authType));
  }

  @Override
  public void checkClientTrusted(X509Certificate @Nullable [] chain, String authType, Socket socket)
      throws RefusedException {
    check.checkClient(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate @Nullable [] chain, String authType, Socket socket)
      throws RefusedException {
    servers.check(check.checkServer(chain, authType));
  }

  @Override
  public void checkClientTrusted(
      X509Certificate @Nullable [] chain, String authType, SSLEngine engine)
      throws RefusedException {
    check.checkClient(chain, authType);
  }

  @Override
  public void checkServerTrusted(
      X509Certificate @Nullable [] chain, String authType, SSLEngine engine)
      throws RefusedException {
    servers.check(check.checkServer(chain, authType));
  }

  /** None: naming them would tell strangers which cluster this is. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
