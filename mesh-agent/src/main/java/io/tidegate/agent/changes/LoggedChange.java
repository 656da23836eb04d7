package io.tidegate.agent.changes;

/**
 * A change that is in force.
 *
 * @param sequence counts all changes of one log, from 1
 * @param inForceAtNanos when the routing table that says so was handed to the data path, since 1970
 */
public record LoggedChange(long sequence, long inForceAtNanos, TaskChange change) {

  /** Whether it is known when the change was written. */
  public boolean hasLag() {
    return change.origin().writtenAtNanos() != 0;
  }

  /**
   * From the writing of the change to the table in force. Between two nodes the difference of their
   * clocks is in it, so that it may be negative.
   */
  public long lagNanos() {
    return inForceAtNanos - change.origin().writtenAtNanos();
  }

  /** From this node's hearing of the change to the table in force. */
  public long sinceHeardNanos() {
    return inForceAtNanos - change.origin().heardAtNanos();
  }
}
