package io.tidegate.routing;

/**
 * The route for what containers send to a virtual address.
 *
 * @param ip the address, with the namespace of its network
 * @param route of all ports by one protocol, parallel; its endpoints are the service's tasks on
 *     that network, each dialled from the namespace. It has no detours: other nodes know no other
 *     way into the network.
 */
public record VirtualRoute(VirtualIp ip, Route route) {}
