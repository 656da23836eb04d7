package io.tidegate.agent.changes;

import io.tidegate.metrics.Latency;

/**
 * How long the changes of one source took until they were in force.
 *
 * @param lag since they were written, by the clock of whoever wrote them; only of those that tell
 * @param sinceHeard since this node heard of them
 */
public record ChangeLags(Latency lag, Latency sinceHeard) {}
