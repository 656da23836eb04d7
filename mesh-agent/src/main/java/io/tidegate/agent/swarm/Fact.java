package io.tidegate.agent.swarm;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.peer.PeerNews;
import io.tidegate.agent.watch.WatchNews;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What other threads tell the one that owns the merged state. */
sealed interface Fact {

  /** What was known before the start, with the way into the overlay as it is now. */
  record Remembered(String nodeId, ClusterState state, Sandbox sandbox) implements Fact {}

  /** A round of questions brought answers. */
  record ReadDone(Reading reading) implements Fact {}

  /** A round of questions failed. */
  record ReadFailed(String error, Sandbox sandbox) implements Fact {}

  /**
   * The daemon has left its Swarm: it ends, as a rule within a second, and its overlay before it.
   */
  record SwarmLeft(String error) implements Fact {}

  /** The daemon's events flow (again). */
  record DaemonFound() implements Fact {}

  /** The stream of events ended: the daemon ended or restarted. */
  record DaemonLost(String error) implements Fact {}

  /** A manager's stream told something. */
  record Watched(WatchNews news) implements Fact {}

  /** Another node's agent published something. */
  record Followed(PeerNews news) implements Fact {}

  /** Another node says something of its tasks, or a manager of those of others. */
  record Reported(NodeName reporter, List<TaskMark> marks) implements Fact {}

  /** Other agents can be told of this node from now on. */
  record PeersReady() implements Fact {}

  /** Something happened that the next reading will tell. */
  record Changed() implements Fact {}

  /**
   * A signal was sent to a task's container: one that stops any process, or maybe not.
   *
   * @param atNanos since 1970
   */
  record Signalled(String taskId, String containerId, int signal, long atNanos) implements Fact {

    /** If it stops the task. */
    TaskMark stopping() {
      return new TaskMark(taskId, TaskMark.Kind.STOPPING, atNanos);
    }
  }

  /** Something happened to the container of a task on this node. */
  record Marked(TaskMark mark) implements Fact {}

  /**
   * A task's container ran out of memory or turned unhealthy: it may be about to be stopped, which
   * Swarm will tell.
   */
  record Suspect(TaskMark mark) implements Fact {}

  /** The fact in one of Docker's events, or null if there is none. */
  static @Nullable Fact of(DockerAnswers.Event event) {
    if (!event.type().equals("container")) {
      return new Changed();
    }
    String taskId = event.actor().attributes().get(LocalTasks.TASK_ID_LABEL);
    if (taskId == null) {
      return null;
    }
    return switch (event.action()) {
      case "start" -> new Changed();
      case "kill" ->
          new Signalled(
              taskId,
              event.actor().id(),
              StopSignals.parse(event.actor().attributes().getOrDefault("signal", "")),
              event.timeNano());
      case "oom", "health_status: unhealthy" ->
          new Suspect(mark(taskId, TaskMark.Kind.STOPPING, event));
      case "health_status: healthy" -> new Marked(mark(taskId, TaskMark.Kind.HEALTHY, event));
      case "die", "destroy" -> new Marked(mark(taskId, TaskMark.Kind.DIED, event));
      default -> null;
    };
  }

  private static TaskMark mark(String taskId, TaskMark.Kind kind, DockerAnswers.Event event) {
    return new TaskMark(taskId, kind, event.timeNano());
  }
}
