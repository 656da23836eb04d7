package io.tidegate.agent.cluster;

/**
 * What a node says of a task before any manager does: the task's own node of what happens to it, or
 * any node, as a witness, of its own connects to it.
 *
 * @param atNanos when that was, in nanoseconds since 1970 by that node's clock
 * @param witness the node that speaks as a witness; empty where it is the one that sent the mark,
 *     and where no witness speaks
 * @param targetPort the task's port that a witness speaks of, else 0
 * @param holdNanos for how long a witness's word that it has ejected the task holds, else 0
 */
public record TaskMark(
    String taskId, Kind kind, long atNanos, String witness, int targetPort, long holdNanos) {

  /** What happened to the task. */
  public enum Kind {
    /** It was told to stop, and may still finish what it has begun. */
    STOPPING,
    /** Its health check has passed. */
    HEALTHY,
    /** It has ended. */
    DIED,
    /** Its agent's checks of it fail; told again and again. */
    UNWELL,
    /** Its agent's checks of it pass. */
    WELL,
    /** The witness's connects to it have ejected it there. */
    EJECTED,
    /** It has answered the witness again. */
    REVIVED;

    /** Whether a witness says it, which may be any node. */
    public boolean isWitnessed() {
      return this == EJECTED || this == REVIVED;
    }
  }

  /** One of the task's own node. */
  public TaskMark(String taskId, Kind kind, long atNanos) {
    this(taskId, kind, atNanos, "", 0, 0);
  }

  /** The same as the word of a node. */
  public TaskMark by(String nodeId) {
    return new TaskMark(taskId, kind, atNanos, nodeId, targetPort, holdNanos);
  }
}
