package io.tidegate.agent.swarm;

import org.jspecify.annotations.Nullable;

/**
 * What one round of questions to Docker brought.
 *
 * @param rest what a manager's API told; null on workers, and on managers whose API fails
 * @param ingress what the daemon knows of the ingress network by gossip; null if it did not tell
 * @param warning what went wrong although there is enough to go on with, or null
 */
record Reading(
    DockerAnswers.EngineInfo engine,
    @Nullable RestAnswers rest,
    NetworkAnswers.@Nullable Network ingress,
    LocalTasks local,
    Sandbox sandbox,
    @Nullable String warning) {}
