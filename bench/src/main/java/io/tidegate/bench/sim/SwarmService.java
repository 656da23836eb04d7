package io.tidegate.bench.sim;

import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.routing.PublishedPort;

/** A service, with what is true of its tasks. */
final class SwarmService {

  final ClusterService value;
  final PublishedPort port;
  final SwarmTask[] slots;

  /** Whether an update replaces one of its tasks just now: one at a time. */
  boolean isUpdating;

  /** How many tasks can take traffic. */
  int running;

  /** Since when there is at least one that can, if there is. */
  long runningSinceNanos;

  SwarmService(ClusterService value, PublishedPort port, int slots) {
    this.value = value;
    this.port = port;
    this.slots = new SwarmTask[slots];
  }
}
