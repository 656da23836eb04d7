package io.tidegate.agent;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Version;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The smallest Swarm with all that there is to tell of one: for {@link Training}. */
final class SmallState {

  private static final Version VERSION = Version.at(1);

  private SmallState() {}

  /** Two nodes, one service, one task. */
  static ClusterState of(int publishedPort) {
    return new ClusterState(
        List.of(service(publishedPort)),
        List.of(task()),
        List.of(
            node("own", "127.0.0.1", ClusterNode.Role.WORKER),
            node("other", "127.0.0.2", ClusterNode.Role.MANAGER)));
  }

  private static ClusterService service(int publishedPort) {
    return new ClusterService(
        "service",
        VERSION,
        Instant.EPOCH,
        "web",
        Map.of("tidegate.timeout.idle", "1h"),
        List.of(
            new ClusterService.Port(
                ClusterService.Protocol.TCP,
                80,
                publishedPort,
                ClusterService.PublishMode.INGRESS)),
        Map.of("ingress", "10.0.0.2/24"));
  }

  private static ClusterTask task() {
    return new ClusterTask(
        "task",
        VERSION,
        "service",
        1,
        "other",
        ClusterTask.State.RUNNING,
        ClusterTask.State.RUNNING,
        List.of(new ClusterTask.Attachment("ingress", "ingress", true, List.of("10.0.0.3/24"))));
  }

  private static ClusterNode node(String id, String address, ClusterNode.Role role) {
    return new ClusterNode(
        id, VERSION, id, address, ClusterNode.State.READY, ClusterNode.Availability.ACTIVE, role);
  }
}
