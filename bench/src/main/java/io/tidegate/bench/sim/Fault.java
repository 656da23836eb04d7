package io.tidegate.bench.sim;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;

/** What one manager's agent is made to do wrong, to see that it does not go unnoticed. */
enum Fault {
  NONE,
  /** It does not hear that a task is meant to stop, and nobody lists again. */
  DEAF_TO_STOPS,
  /** Its whole has services without their tasks. */
  WHOLE_WITHOUT_TASKS,
  /** It does not hear of tasks that begin to run. */
  DEAF_TO_STARTS;

  ClusterState of(ClusterState listed) {
    return this == WHOLE_WITHOUT_TASKS
        ? new ClusterState(listed.services(), listed.tasks().subList(0, 0), listed.nodes())
        : listed;
  }

  Commit of(Commit commit) {
    return this == NONE
        ? commit
        : new Commit(commit.changes().stream().filter(change -> !isLost(change)).toList());
  }

  private boolean isLost(Commit.Change change) {
    if (!(change instanceof Commit.Change.Put(ClusterTask task))) {
      return false;
    }
    boolean isStopping = task.desiredState().compareTo(ClusterTask.State.RUNNING) > 0;
    boolean isRunning = task.state() == ClusterTask.State.RUNNING;
    return switch (this) {
      case DEAF_TO_STOPS -> isStopping;
      case DEAF_TO_STARTS -> isRunning && !isStopping;
      case NONE, WHOLE_WITHOUT_TASKS -> false;
    };
  }
}
