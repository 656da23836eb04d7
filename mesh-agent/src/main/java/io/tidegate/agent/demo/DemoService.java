package io.tidegate.agent.demo;

import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Service;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** One service of the small Swarm. Owned by the {@link SmallSwarm}. */
final class DemoService {

  private static final int TARGET_PORT = 80;

  final String name;
  final int port;
  // By replica number, as in web.1; a number without a task is one that is being replaced.
  final SortedMap<Integer, DemoTask> tasks = new TreeMap<>();
  int replicas;
  boolean isPublished = true;

  DemoService(String name, int port) {
    this.name = name;
    this.port = port;
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
        BalancingPolicy.P2C,
        publications,
        tasks.values().stream().map(DemoTask::toTask).toList());
  }
}
