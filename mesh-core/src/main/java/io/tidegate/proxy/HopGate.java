package io.tidegate.proxy;

import java.net.InetSocketAddress;

/**
 * Where this node takes clients that other agents pass on to its tasks.
 *
 * @param namespace path of the network namespace to listen in
 * @param namespaceId which of those that were ever at that path: its inode
 * @param secret what callers are known by
 */
public record HopGate(
    String namespace, long namespaceId, InetSocketAddress address, HopSecret secret) {}
