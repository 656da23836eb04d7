package io.tidegate.agent.demo;

import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Service;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One service of the small Swarm. Owned by the {@link SmallSwarm}. */
final class DemoService {

  private static final int TARGET_PORT = 80;

  final String name;
  final int port;
  // By replica number, as in web.1; a number without a task is one that is being replaced.
  final SortedMap<Integer, DemoTask> tasks = new TreeMap<>();
  int replicas;
  final @Nullable DemoNetwork network;
  boolean isPublished = true;

  /**
   * One without tasks yet.
   *
   * @param network on which it has a virtual address, or null
   */
  DemoService(String name, int port, @Nullable DemoNetwork network) {
    this.name = name;
    this.port = port;
    this.network = network;
  }

  String taskName(int replica) {
    return name + "." + replica;
  }

  Service toService() {
    List<Publication> publications =
        isPublished ? List.of(new Publication(PublishedPort.tcp(port), TARGET_PORT)) : List.of();
    return new Service(
        "demo-" + name,
        name,
        0,
        Policy.of(BalancingPolicy.P2C),
        publications,
        network == null ? List.of() : List.of(network.virtualIp()),
        tasks.values().stream().map(DemoTask::toTask).toList());
  }
}
