package io.tidegate.agent.cluster;

import java.util.Collection;
import java.util.List;

/** All that a manager knows, whole and immutable. */
public record ClusterState(
    List<ClusterService> services, List<ClusterTask> tasks, List<ClusterNode> nodes) {

  public ClusterState {
    services = List.copyOf(services);
    tasks = List.copyOf(tasks);
    nodes = List.copyOf(nodes);
  }

  /** A state of what was collected in any order. */
  public static ClusterState of(
      Collection<ClusterService> services,
      Collection<ClusterTask> tasks,
      Collection<ClusterNode> nodes) {
    return new ClusterState(List.copyOf(services), List.copyOf(tasks), List.copyOf(nodes));
  }
}
