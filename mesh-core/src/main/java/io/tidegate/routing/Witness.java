package io.tidegate.routing;

/**
 * Another node, of which it is known that its own connects have ejected a task's endpoint.
 *
 * @param targetPort the port of the task that it connected to
 */
public record Witness(String nodeId, int targetPort) {}
