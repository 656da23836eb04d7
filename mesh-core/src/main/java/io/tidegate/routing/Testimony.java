package io.tidegate.routing;

import java.time.Duration;

/**
 * What this node's own connects tell of a task's endpoint, for the other nodes.
 *
 * @param targetPort the port of the task that it connected to
 * @param isEjected whether they have ejected it; else it has answered again
 * @param hold for how long that is true unless more is told; zero where it has answered
 */
public record Testimony(String taskId, int targetPort, boolean isEjected, Duration hold) {}
