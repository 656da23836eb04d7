package io.tidegate.agent.peer;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.TaskMark;
import java.util.List;

/** Values with the number of each as its index: SwarmKit's where it has them. */
final class Numbers {

  static final List<ClusterNode.State> NODE_STATES = List.of(ClusterNode.State.values());
  static final List<ClusterNode.Availability> AVAILABILITIES =
      List.of(ClusterNode.Availability.values());
  static final List<ClusterNode.Role> ROLES = List.of(ClusterNode.Role.values());
  static final List<ClusterService.Protocol> PROTOCOLS = List.of(ClusterService.Protocol.values());
  static final List<ClusterService.PublishMode> MODES =
      List.of(ClusterService.PublishMode.values());
  static final List<TaskMark.Kind> MARKS = List.of(TaskMark.Kind.values());

  private Numbers() {}
}
