package io.tidegate.agent.changes;

import java.util.List;

/**
 * What a reader of the log gets.
 *
 * @param last the number of the newest change in the log, 0 if there is none
 * @param missed how many changes the reader has not seen and the log no longer has
 * @param changes the oldest first
 */
public record Changes(long last, long missed, List<LoggedChange> changes) {

  public Changes {
    changes = List.copyOf(changes);
  }
}
