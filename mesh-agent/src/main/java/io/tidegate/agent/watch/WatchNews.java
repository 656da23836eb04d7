package io.tidegate.agent.watch;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;

/** What a watch tells: a whole state, then commits, until it is lost; then all over again. */
public sealed interface WatchNews {

  /**
   * The stream flows, and this is all that there was when it began.
   *
   * @param asOfNanos before the list was asked for, since 1970: what was heard later is newer
   */
  record Listed(ClusterState state, long asOfNanos) implements WatchNews {}

  /** One commit, complete. */
  record Committed(Commit commit) implements WatchNews {}

  /** The stream ended: what was told stays true, but what changes will be told no more. */
  record Lost(String why) implements WatchNews {}
}
