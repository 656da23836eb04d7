package io.tidegate.agent.admin;

import io.tidegate.agent.changes.Changes;
import io.tidegate.agent.changes.LoggedChange;
import io.tidegate.agent.changes.TaskChange;
import io.tidegate.routing.EndpointState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/changes}: what changed, the oldest first.
 *
 * @param since when the log began; another agent's, or the same one's after a restart, has other
 *     numbers
 * @param last the number of the newest change in the log
 * @param missed how many changes between the asked for and the first here are no longer kept
 */
record ChangesAnswer(Instant since, long last, long missed, List<ChangeAnswer> changes) {

  /**
   * One change.
   *
   * @param at when it was in force
   * @param from null if the task was not there before
   * @param to null if the task is gone
   * @param lagMillis since it was written, null where that is not known; with another node's clock
   * @param sinceHeardMillis since this node heard of it
   */
  record ChangeAnswer(
      long sequence,
      Instant at,
      String service,
      String task,
      String taskId,
      String node,
      @Nullable String hostname,
      @Nullable EndpointState from,
      @Nullable EndpointState to,
      String source,
      @Nullable Instant writtenAt,
      @Nullable Double lagMillis,
      double sinceHeardMillis) {

    private static final double NANOS_PER_MILLI = 1e6;

    static ChangeAnswer of(LoggedChange logged, Map<String, String> hostnames) {
      TaskChange change = logged.change();
      return new ChangeAnswer(
          logged.sequence(),
          Instant.EPOCH.plusNanos(logged.inForceAtNanos()),
          change.service(),
          change.task(),
          change.taskId(),
          change.nodeId(),
          hostnames.get(change.nodeId()),
          change.from(),
          change.to(),
          change.origin().source(),
          OriginAnswer.instant(change.origin().writtenAtNanos()),
          logged.hasLag() ? logged.lagNanos() / NANOS_PER_MILLI : null,
          logged.sinceHeardNanos() / NANOS_PER_MILLI);
    }
  }

  static ChangesAnswer of(AgentView view, Changes changes) {
    Map<String, String> hostnames = view.hostnames();
    return new ChangesAnswer(
        Instant.EPOCH.plusNanos(view.changes().sinceNanos()),
        changes.last(),
        changes.missed(),
        changes.changes().stream().map(change -> ChangeAnswer.of(change, hostnames)).toList());
  }
}
