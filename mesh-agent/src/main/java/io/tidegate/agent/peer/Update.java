package io.tidegate.agent.peer;

import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import java.util.List;

/**
 * One message of the stream, understood.
 *
 * @param version from 1
 * @param base the version that the changes are made to, at most the version itself; 0 for a whole
 * @param isPartial whether more parts of the same update follow
 * @param marks none where there are changes
 * @param upTo of a whole: to which version what follows at once leads, or 0
 */
record Update(
    Epoch epoch,
    long version,
    long base,
    boolean isPartial,
    List<Commit.Change> changes,
    List<TaskMark> marks,
    long upTo) {

  Update {
    changes = List.copyOf(changes);
    marks = List.copyOf(marks);
  }

  boolean isWhole() {
    return base == 0;
  }

  boolean isEmpty() {
    return changes.isEmpty() && marks.isEmpty();
  }

  boolean isSameAs(Update other) {
    return epoch.equals(other.epoch) && version == other.version && base == other.base;
  }
}
