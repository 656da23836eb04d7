package io.tidegate.agent.cluster;

/**
 * What a task's own node says of it before any manager does.
 *
 * @param atNanos when that was, in nanoseconds since 1970 by that node's clock
 */
public record TaskMark(String taskId, Kind kind, long atNanos) {

  /** What happened to the task's container. */
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
    WELL
  }
}
