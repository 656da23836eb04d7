package io.tidegate.agent.peer;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;

/** What a publisher told. */
public sealed interface PeerNews {

  Epoch epoch();

  /** The publisher's version of the state, once this is applied. */
  long version();

  /** All that it knows: what is not in it is gone. */
  record Whole(Epoch epoch, long version, ClusterState state) implements PeerNews {}

  /** What changed since the version before. */
  record Changed(Epoch epoch, long version, Commit commit) implements PeerNews {}

  /** Nothing changed: what is known was true a moment ago. */
  record Unchanged(Epoch epoch, long version) implements PeerNews {}
}
