package io.tidegate.routing;

import java.net.InetAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A service's virtual address on one network.
 *
 * @param networkName as people call it, or the id where the name is not known
 * @param namespace path of this node's network namespace on that network, from which the tasks
 *     there are dialled; null where the node has none, or has no routes for the address
 */
public record VirtualIp(
    String networkId, String networkName, InetAddress address, @Nullable String namespace) {

  /** An address for which this node has no routes. */
  public VirtualIp(String networkId, String networkName, InetAddress address) {
    this(networkId, networkName, address, null);
  }

  /** The same address on a node with a namespace on its network. */
  public VirtualIp in(String path) {
    return new VirtualIp(networkId, networkName, address, path);
  }

  /** Whether this node has routes for it. */
  public boolean isRouted() {
    return namespace != null;
  }

  /**
   * The way to a task from inside the network.
   *
   * @param addresses the task's, by the ids of networks
   */
  public Reach wayTo(Map<String, InetAddress> addresses) {
    InetAddress own = addresses.get(networkId);
    if (namespace == null) {
      return Reach.none("this node has no namespace on the network");
    }
    return own == null
        ? Reach.none("not on the network")
        : Reach.overlay(own, namespace, "its address on the network, from inside that");
  }
}
