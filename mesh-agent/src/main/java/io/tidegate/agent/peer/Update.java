package io.tidegate.agent.peer;

import io.tidegate.agent.cluster.Commit;
import java.util.List;

/**
 * One message of the stream, understood.
 *
 * @param version from 1
 * @param base the version that the changes are made to, at most the version itself; 0 for a whole
 * @param isPartial whether more parts of the same update follow
 */
record Update(
    Epoch epoch, long version, long base, boolean isPartial, List<Commit.Change> changes) {

  Update {
    changes = List.copyOf(changes);
  }

  boolean isWhole() {
    return base == 0;
  }

  boolean isSameAs(Update other) {
    return epoch.equals(other.epoch) && version == other.version && base == other.base;
  }
}
