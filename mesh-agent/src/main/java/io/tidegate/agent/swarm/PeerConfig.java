package io.tidegate.agent.swarm;

import io.tidegate.agent.identity.IdentityFiles;
import io.tidegate.agent.source.HostPort;

/**
 * How this node's agent speaks with those of other nodes. All of them listen on the same port.
 *
 * @param listen where this one listens
 * @param hopPort where, on the ingress network, this one takes clients that others pass on
 * @param identity what it shows to the others, and what they must have been signed by
 */
public record PeerConfig(HostPort listen, int hopPort, IdentityFiles identity) {

  public static final HostPort USUAL_LISTEN = new HostPort("::", 9181);

  public static final int USUAL_HOP_PORT = 9182;

  public PeerConfig {
    if (hopPort < 1 || hopPort > 65_535) {
      throw new IllegalArgumentException("hopPort: " + hopPort + " (expected: 1 to 65535)");
    }
  }
}
