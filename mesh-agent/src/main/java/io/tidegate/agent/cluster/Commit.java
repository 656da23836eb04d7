package io.tidegate.agent.cluster;

import java.util.List;

/** What one commit to the Swarm's store changed: all of it or nothing is applied. */
public record Commit(List<Change> changes) {

  public Commit {
    changes = List.copyOf(changes);
  }

  /** The same without the states that no later commit than that one has written. */
  public Commit after(long index) {
    return new Commit(changes.stream().filter(change -> !isWrittenBy(index, change)).toList());
  }

  private static boolean isWrittenBy(long index, Change change) {
    return change instanceof Change.Put(ClusterObject object)
        && object.version().isKnown()
        && object.version().index() <= index;
  }

  /** A change of one object. */
  public sealed interface Change {

    String id();

    ClusterObject.Kind kind();

    /** The object was created or updated, and is this now. */
    record Put(ClusterObject object) implements Change {
      @Override
      public String id() {
        return object.id();
      }

      @Override
      public ClusterObject.Kind kind() {
        return object.kind();
      }
    }

    /** The object is gone, for ever. */
    record Removed(ClusterObject.Kind kind, String id) implements Change {}
  }
}
