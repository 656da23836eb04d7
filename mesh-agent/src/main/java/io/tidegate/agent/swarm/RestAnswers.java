package io.tidegate.agent.swarm;

import java.util.List;

/**
 * One reading of a manager's API.
 *
 * @param tasks those that are meant to run, and those that were seen running before
 */
record RestAnswers(
    List<DockerAnswers.Service> services,
    List<DockerAnswers.Task> tasks,
    List<DockerAnswers.Node> nodes) {}
