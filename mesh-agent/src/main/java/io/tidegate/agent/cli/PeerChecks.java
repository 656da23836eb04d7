package io.tidegate.agent.cli;

import io.tidegate.agent.identity.IdentityException;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.swarm.PeerConfig;
import io.tidegate.routing.Protocol;
import java.nio.file.Files;
import java.nio.file.Path;

/** The checks of what an agent needs to know more than its own node tells. */
final class PeerChecks {

  private PeerChecks() {}

  /** Whether this node can prove to the agents of others who it is. */
  static Finding identity(PeerConfig peers) {
    try {
      LiveIdentity identity = LiveIdentity.read(peers.identity());
      return Finding.ok("identity", identity.name() + ", says " + peers.identity().certificate());
    } catch (IdentityException e) {
      return Finding.warn(
          "identity",
          String.valueOf(e.getMessage()),
          "other agents neither tell this one nor hear it; see --certificates-dir and --peer-cert");
    }
  }

  /** Whether clients can be passed from node to node by TLS. */
  static Finding hopsByTls(PeerConfig peers) {
    HostPort listen = peers.tlsListen();
    return listen == null
        ? Finding.ok("hop-tls", "off: clients are passed on over the ingress network alone")
        : Checks.bindable("hop-tls", listen, Protocol.TCP);
  }

  /** Whether what is known can be kept over a restart. */
  static Finding state(Path directory) {
    for (Path at = directory.toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.exists(at)) {
        return Files.isDirectory(at) && Files.isWritable(at)
            ? Finding.ok("state", directory + " can be written")
            : Finding.warn(
                "state",
                directory + " cannot be written",
                "after a restart the agent begins with nothing; see --state-dir");
      }
    }
    throw new IllegalStateException("the root directory does not exist");
  }
}
