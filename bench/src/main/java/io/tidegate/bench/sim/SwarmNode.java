package io.tidegate.bench.sim;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.Version;
import java.util.LinkedHashSet;
import java.util.Set;

/** A node as it is, and as the managers' store has it. */
final class SwarmNode {

  final String id;
  final String name;
  final String address;
  final boolean isManager;
  final Set<SwarmTask> tasks = new LinkedHashSet<>();

  /** Whether machine and network of it are gone; the store may not know yet. */
  boolean isLost;

  ClusterNode.State state = ClusterNode.State.READY;
  Version version = Version.UNKNOWN;

  SwarmNode(String id, String name, String address, boolean isManager) {
    this.id = id;
    this.name = name;
    this.address = address;
    this.isManager = isManager;
  }

  ClusterNode value() {
    return new ClusterNode(
        id,
        version,
        name,
        address,
        state,
        isManager ? ClusterNode.Availability.DRAIN : ClusterNode.Availability.ACTIVE,
        isManager ? ClusterNode.Role.MANAGER : ClusterNode.Role.WORKER);
  }
}
