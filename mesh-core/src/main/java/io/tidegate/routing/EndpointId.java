package io.tidegate.routing;

import java.net.InetSocketAddress;

/**
 * What an endpoint is known by from table to table: a new task, or a task at another address, is
 * another.
 */
public record EndpointId(String taskId, InetSocketAddress address) {}
