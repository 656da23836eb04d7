package io.tidegate.agent.takeover;

import io.tidegate.agent.linux.GatewayAddress;
import io.tidegate.agent.linux.NetworkNamespaces;
import io.tidegate.agent.source.HostPort;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Set;

/** What an agent that was killed has left in Docker's mesh. It harms nobody, and may be removed. */
public final class Leftovers {

  private Leftovers() {}

  /**
   * Removes the rules of an agent that is gone.
   *
   * @return whether there were any
   * @throws IOException if that fails, or if an agent is still there
   */
  public static boolean remove(Path sandbox) throws IOException {
    boolean were = false;
    for (Rules rules : Sandbox.forms(sandbox)) {
      Set<Integer> owners = rules.owners();
      if (!owners.isEmpty()) {
        checkGone(sandbox, owners);
        rules.clear();
        were = true;
      }
    }
    return were;
  }

  private static void checkGone(Path sandbox, Set<Integer> owners) throws IOException {
    Inet4Address address = GatewayAddress.in(sandbox);
    for (int port : owners) {
      InetSocketAddress socket = new InetSocketAddress(address, port);
      if (NetworkNamespaces.isHeard(sandbox, socket)) {
        throw new IOException(
            "an agent takes ports over in %s, at %s there (expected: its --admin)"
                .formatted(sandbox, HostPort.of(socket)));
      }
    }
  }
}
