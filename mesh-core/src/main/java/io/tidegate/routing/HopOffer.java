package io.tidegate.routing;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * How clients are passed to another node's agent, which hands them to the tasks there.
 *
 * @param address where that agent listens, or this node's end of the tunnel that leads there
 * @param namespace path of the network namespace to dial from; null for the agent's own
 * @param caller this node's id, by which that agent knows the key
 * @param key what it believes this node by
 */
public record HopOffer(
    InetSocketAddress address, @Nullable String namespace, String caller, HopKey key) {}
