package io.tidegate.agent.docker;

import io.tidegate.agent.cluster.ClusterState;
import org.jspecify.annotations.Nullable;

/**
 * What one round of questions to Docker brought.
 *
 * @param cluster what a manager's API told; null on workers, on managers whose API fails, and where
 *     it was not asked
 * @param ingress what the daemon knows of the ingress network by gossip; null if it did not tell
 * @param isWhole whether all was asked that the daemon knows of the Swarm, or only what concerns
 *     this node
 * @param warning what went wrong although there is enough to go on with, or null
 */
public record Reading(
    DockerAnswers.EngineInfo engine,
    @Nullable ClusterState cluster,
    NetworkAnswers.@Nullable Network ingress,
    LocalTasks local,
    Sandbox sandbox,
    boolean isWhole,
    @Nullable String warning) {}
