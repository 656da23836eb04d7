package io.tidegate.metrics;

/** What the counters of an endpoint are kept by, within its route. */
public record EndpointKey(String taskId, String taskName, String nodeId) {}
