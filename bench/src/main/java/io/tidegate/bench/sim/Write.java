package io.tidegate.bench.sim;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterTask.State;

/** What is asked of the managers' store. */
sealed interface Write {

  String id();

  /** A task is this from now on. */
  record OfTask(SwarmTask task, State state, State desired) implements Write {
    @Override
    public String id() {
      return task.id;
    }
  }

  /** A task is forgotten. */
  record Removal(SwarmTask task) implements Write {
    @Override
    public String id() {
      return task.id;
    }
  }

  /** A node is this from now on. */
  record OfNode(SwarmNode node, ClusterNode.State state) implements Write {
    @Override
    public String id() {
      return node.id;
    }
  }
}
