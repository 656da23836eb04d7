package io.tidegate.agent.docker;

import io.tidegate.agent.cluster.TaskMark;
import org.jspecify.annotations.Nullable;

/** What an engine's events tell: that they flow, what happens on this node, that they ended. */
public sealed interface DockerNews {

  /** The events flow (again). */
  record Found() implements DockerNews {}

  /** The stream of events ended: the engine ended or restarted. */
  record Lost(String error) implements DockerNews {}

  /** Something happened that the next reading will tell. */
  record Changed() implements DockerNews {}

  /** A task's container runs; the next reading will tell more of it. */
  record Started(String taskId, String containerId) implements DockerNews {}

  /**
   * A signal was sent to a task's container: one that stops any process, or maybe not.
   *
   * @param signal its number, or 0 if it is not known
   * @param atNanos since 1970
   */
  record Signalled(String taskId, String containerId, int signal, long atNanos)
      implements DockerNews {

    /** True for the signals that nobody sends for any other reason than to stop. */
    public boolean isAlwaysStop() {
      return StopSignals.isAlways(signal);
    }

    /** If it stops the task. */
    public TaskMark stopping() {
      return new TaskMark(taskId, TaskMark.Kind.STOPPING, atNanos);
    }
  }

  /** Something happened to the container of a task on this node. */
  record Marked(TaskMark mark) implements DockerNews {}

  /**
   * A task's container ran out of memory or turned unhealthy: it may be about to be stopped, which
   * Swarm will tell.
   */
  record Suspect(TaskMark mark) implements DockerNews {}

  /** The news in one of Docker's events, or null if there is none. */
  static @Nullable DockerNews of(DockerAnswers.Event event) {
    if (!event.type().equals("container")) {
      return new Changed();
    }
    String taskId = event.actor().attributes().get(LocalTasks.TASK_ID_LABEL);
    if (taskId == null) {
      return null;
    }
    return switch (event.action()) {
      case "start" -> new Started(taskId, event.actor().id());
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
