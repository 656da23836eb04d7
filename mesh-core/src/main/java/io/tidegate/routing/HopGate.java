package io.tidegate.routing;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where this node takes clients that other agents pass on to its tasks.
 *
 * @param namespace path of the network namespace to listen in; null for the agent's own, where
 *     tunnels end
 * @param namespaceId which of those that were ever at that path: its inode
 * @param secret what the key of each caller is derived from, by the id of its node
 */
public record HopGate(
    @Nullable String namespace, long namespaceId, InetSocketAddress address, HopKey secret) {

  /** Where tunnels end. */
  public static HopGate ofTunnels(InetSocketAddress address, HopKey secret) {
    return new HopGate(null, 0, address, secret);
  }

  /** Whether UDP sessions are taken: their datagrams would not go through a tunnel. */
  public boolean takesDatagrams() {
    return namespace != null;
  }
}
