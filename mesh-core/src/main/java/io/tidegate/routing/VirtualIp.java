package io.tidegate.routing;

import java.net.InetAddress;

/**
 * A service's virtual address on one network.
 *
 * @param networkName as people call it, or the id where the name is not known
 */
public record VirtualIp(String networkId, String networkName, InetAddress address) {}
