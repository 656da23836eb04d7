package io.tidegate.agent.source;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the health checks of this node's tasks have told.
 *
 * @param services what was counted since the start, by the service's name
 * @param tasks those that are checked now, by their ids
 */
public record CheckStatus(Map<String, Counts> services, Map<String, TaskCheck> tasks) {

  /** Where nothing is checked. */
  public static final CheckStatus NONE = new CheckStatus(Map.of(), Map.of());

  /**
   * Checks by how they ended.
   *
   * @param notMade those that could not be made, which is no fault of the task's
   */
  public record Counts(long passed, long failed, long notMade) {}

  /**
   * One task.
   *
   * @param unwell whether enough checks in a row have failed
   * @param inARow how many ended like the last one
   * @param fault what was wrong with the last one, null if it passed
   */
  public record TaskCheck(boolean unwell, int inARow, @Nullable String fault) {}
}
