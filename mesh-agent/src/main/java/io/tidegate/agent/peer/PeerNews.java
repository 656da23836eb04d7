package io.tidegate.agent.peer;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import java.util.List;

/** What a publisher told, and that it tells no more. */
public sealed interface PeerNews {

  /** What a publisher told. */
  sealed interface Told extends PeerNews {

    Epoch epoch();

    /** The publisher's version of the state, once this is applied. */
    long version();
  }

  /**
   * All that it knows: what is not in it is gone.
   *
   * @param upTo the version to which changes that follow at once lead: before that it is older than
   *     what the publisher knows, and nobody should act on it
   */
  record Whole(Epoch epoch, long version, ClusterState state, long upTo) implements Told {}

  /** What changed since the version before. */
  record Changed(Epoch epoch, long version, Commit commit) implements Told {}

  /** What nodes say of their own tasks, before the publisher's manager does. */
  record Marked(Epoch epoch, long version, List<TaskMark> marks) implements Told {
    public Marked {
      marks = List.copyOf(marks);
    }
  }

  /** Nothing changed: what is known was true a moment ago. */
  record Unchanged(Epoch epoch, long version) implements Told {}

  /**
   * The stream ended: told once for each that had brought a whole, and nothing of it comes after.
   *
   * @param why in one line, with the publisher's address
   */
  record Lost(String why) implements PeerNews {}
}
