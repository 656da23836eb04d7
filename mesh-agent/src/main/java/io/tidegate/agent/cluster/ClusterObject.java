package io.tidegate.agent.cluster;

/**
 * An object in the Swarm's store.
 *
 * <p>Its version is the index of the commit that wrote it last: of two states of one object, the
 * one with the higher version is the newer. 0 where it is not known.
 */
public sealed interface ClusterObject permits ClusterService, ClusterTask, ClusterNode {

  /** Swarm's id: unique for ever, used by one object only. */
  String id();

  long version();

  /** The kinds of objects that are of interest. */
  enum Kind {
    SERVICE,
    TASK,
    NODE
  }

  default Kind kind() {
    return switch (this) {
      case ClusterService _ -> Kind.SERVICE;
      case ClusterTask _ -> Kind.TASK;
      case ClusterNode _ -> Kind.NODE;
    };
  }
}
