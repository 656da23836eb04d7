package io.tidegate.agent.swarm;

import io.tidegate.agent.identity.IdentityFiles;
import io.tidegate.agent.source.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * How this node's agent speaks with those of other nodes. All of them listen on the same port.
 *
 * @param listen where this one listens
 * @param hopPort where, on the ingress network, this one takes clients that others pass on
 * @param hopTlsPort where, beside that of {@code listen}, this one takes such clients by TLS; 0 for
 *     neither taking nor passing any on that way
 * @param identity what it shows to the others, and what they must have been signed by
 */
public record PeerConfig(HostPort listen, int hopPort, int hopTlsPort, IdentityFiles identity) {

  public static final HostPort USUAL_LISTEN = new HostPort("::", 9181);

  public static final int USUAL_HOP_PORT = 9182;

  public static final int USUAL_HOP_TLS_PORT = 9183;

  public PeerConfig {
    if (hopPort < 1 || hopPort > 65_535) {
      throw new IllegalArgumentException("hopPort: " + hopPort + " (expected: 1 to 65535)");
    }
    if (hopTlsPort < 0 || hopTlsPort > 65_535) {
      throw new IllegalArgumentException("hopTlsPort: " + hopTlsPort + " (expected: 0 to 65535)");
    }
  }

  /** Where hops come by TLS; null for nowhere. */
  public @Nullable HostPort tlsListen() {
    return hopTlsPort == 0 ? null : new HostPort(listen.host(), hopTlsPort);
  }
}
