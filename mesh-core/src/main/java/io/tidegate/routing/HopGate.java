package io.tidegate.routing;

import java.net.InetSocketAddress;

/**
 * Where this node takes clients that other agents pass on to its tasks.
 *
 * @param namespace path of the network namespace to listen in
 * @param namespaceId which of those that were ever at that path: its inode
 * @param secret what the key of each caller is derived from, by the id of its node
 */
public record HopGate(
    String namespace, long namespaceId, InetSocketAddress address, HopKey secret) {}
