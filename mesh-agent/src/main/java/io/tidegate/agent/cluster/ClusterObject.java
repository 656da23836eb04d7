package io.tidegate.agent.cluster;

/** An object in the Swarm's store. */
public sealed interface ClusterObject permits ClusterService, ClusterTask, ClusterNode {

  /** Swarm's id: unique for ever, used by one object only. */
  String id();

  Version version();

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
