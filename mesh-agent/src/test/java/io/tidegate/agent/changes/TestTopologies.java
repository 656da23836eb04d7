package io.tidegate.agent.changes;

import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.net.InetAddress;
import java.util.List;

/** Services and tasks with no more in them than what a test is about. */
final class TestTopologies {

  private static final Reach NEAR = Reach.local(InetAddress.ofLiteral("172.18.0.3"), "test");

  private TestTopologies() {}

  static Task task(String id, TaskState state, Origin origin) {
    return new Task(id, "web." + id, "n1", state, NEAR, origin);
  }

  static Service service(String id, Task... tasks) {
    return new Service(
        id,
        "web-" + id,
        BalancingPolicy.P2C,
        List.of(new Publication(PublishedPort.tcp(8080), 80)),
        List.of(tasks));
  }

  static Topology topology(Origin newest, Service... services) {
    return new Topology(List.of(services), List.of(), newest);
  }
}
