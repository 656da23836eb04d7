package io.tidegate.agent.swarm;

import io.tidegate.agent.watch.WatchNews;
import org.jspecify.annotations.Nullable;

/** What other threads tell the one that owns the merged state. */
sealed interface Fact {

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

  /** Something happened that the next reading will tell. */
  record Changed() implements Fact {}

  /** A signal was sent to a task's container: one that stops any process, or maybe not. */
  record Signalled(String taskId, String containerId, int signal) implements Fact {}

  /** A task's container got its stop signal. */
  record Stopping(String taskId) implements Fact {}

  /** A task's container ran out of memory or turned unhealthy. */
  record Suspect(String taskId) implements Fact {}

  /** A task's container turned healthy. */
  record Healthy(String taskId) implements Fact {}

  /** A task's container ended. */
  record Died(String taskId) implements Fact {}

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
              StopSignals.parse(event.actor().attributes().getOrDefault("signal", "")));
      case "oom", "health_status: unhealthy" -> new Suspect(taskId);
      case "health_status: healthy" -> new Healthy(taskId);
      case "die", "destroy" -> new Died(taskId);
      default -> null;
    };
  }
}
