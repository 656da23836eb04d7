package io.tidegate.agent.changes;

import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Origin;
import org.jspecify.annotations.Nullable;

/**
 * One task that is not what it was one topology before.
 *
 * @param from what it was, or null if it was not there
 * @param to what it is, or null if it is gone
 * @param origin who told it when; where this node decided it by itself, as when it has waited for
 *     long enough, nobody wrote it
 */
public record TaskChange(
    String service,
    String taskId,
    String task,
    String nodeId,
    @Nullable EndpointState from,
    @Nullable EndpointState to,
    Origin origin) {}
