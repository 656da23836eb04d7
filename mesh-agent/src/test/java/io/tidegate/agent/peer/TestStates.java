package io.tidegate.agent.peer;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** States and changes as a manager has them. */
final class TestStates {

  private TestStates() {}

  /** A state with as many services, two tasks each, on one node. */
  static ClusterState services(int count) {
    List<ClusterService> services = new ArrayList<>();
    List<ClusterTask> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      services.add(service("service" + i));
      tasks.add(task("task" + i + "a", "service" + i, 1, ClusterTask.State.RUNNING));
      tasks.add(task("task" + i + "b", "service" + i, 1, ClusterTask.State.RUNNING));
    }
    return new ClusterState(services, tasks, List.of(node("node1")));
  }

  static ClusterService service(String id) {
    return new ClusterService(
        id,
        new Version(10, 1_700_000_001_000_000_007L),
        Instant.ofEpochSecond(1_700_000_000, 5),
        "name-of-" + id,
        Map.of("tidegate.balance", "round-robin", "other", "x"),
        List.of(
            new ClusterService.Port(
                ClusterService.Protocol.UDP, 53, 5353, ClusterService.PublishMode.INGRESS),
            new ClusterService.Port(
                ClusterService.Protocol.TCP, 80, 0, ClusterService.PublishMode.HOST)),
        Map.of("net0", "10.0.0.2/24", "net1", "10.1.0.2/24"),
        Duration.ofSeconds(30));
  }

  static ClusterTask task(String id, String serviceId, long version, ClusterTask.State desired) {
    return new ClusterTask(
        id,
        Version.at(version),
        serviceId,
        3,
        "node1",
        ClusterTask.State.RUNNING,
        desired,
        List.of(
            new ClusterTask.Attachment("net0", "ingress", true, List.of("10.0.0.7/24")),
            new ClusterTask.Attachment("net1", "backend", false, List.of("10.1.0.7/24"))));
  }

  static ClusterNode node(String id) {
    return new ClusterNode(
        id,
        Version.at(4),
        "name-of-" + id,
        "192.0.2.1",
        ClusterNode.State.READY,
        ClusterNode.Availability.DRAIN,
        ClusterNode.Role.MANAGER,
        new ClusterNode.Facts("linux", "x86_64", Map.of("zone", "a"), Map.of("disk", "ssd")));
  }

  static Commit put(ClusterObject object) {
    return new Commit(List.of(new Commit.Change.Put(object)));
  }

  static Commit remove(ClusterObject object) {
    return new Commit(List.of(new Commit.Change.Removed(object.kind(), object.id())));
  }
}
