package io.tidegate.agent.swarm;

import io.tidegate.agent.identity.IdentityFiles;
import io.tidegate.agent.source.HostPort;

/**
 * How this node's agent speaks with those of other nodes. All of them listen on the same port.
 *
 * @param listen where this one listens
 * @param identity what it shows to the others, and what they must have been signed by
 */
public record PeerConfig(HostPort listen, IdentityFiles identity) {

  public static final HostPort USUAL_LISTEN = new HostPort("::", 9181);
}
