package io.tidegate.routing;

import java.net.InetSocketAddress;

/**
 * How clients are passed to another node's agent, which hands them to the tasks there.
 *
 * @param address where that agent listens
 * @param namespace path of the network namespace to dial from
 * @param caller this node's id, by which that agent knows the key
 * @param key what it believes this node by
 */
public record HopOffer(InetSocketAddress address, String namespace, String caller, HopKey key) {}
