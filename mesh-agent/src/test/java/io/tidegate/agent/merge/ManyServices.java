package io.tidegate.agent.merge;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.Version;
import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.docker.LocalTasks;
import io.tidegate.agent.docker.Reading;
import io.tidegate.agent.docker.Sandbox;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A Swarm of any size as a manager tells it, all of whose objects have ids as long as Swarm's.
 *
 * @param isInside whether all services are on an overlay network, too, on which this node is
 */
record ManyServices(int services, int tasksPerService, int nodes, boolean isInside) {

  static final int FIRST_PORT = 20_000;

  private static final String OVERLAY = id('o', 0);

  /** Services that only publish ports. */
  ManyServices(int services, int tasksPerService, int nodes) {
    this(services, tasksPerService, nodes, false);
  }

  ClusterState state() {
    return new ClusterState(
        IntStream.range(0, services).mapToObj(this::service).toList(),
        IntStream.range(0, services * tasksPerService)
            .mapToObj(number -> task(number, 1, ClusterTask.State.RUNNING))
            .toList(),
        IntStream.range(0, nodes).mapToObj(ManyServices::node).toList());
  }

  /** What a node reads that has none of the tasks, and can reach them all. */
  static Reading reading() {
    Reading manager = Answers.manager();
    LocalTasks none = new LocalTasks(Map.of(), Map.of(), Map.of());
    Sandbox sandbox =
        new Sandbox(
            manager.sandbox().netnsDir(), null, Map.of(OVERLAY.substring(0, 9), "/netns/lb_o"));
    return new Reading(manager.engine(), null, null, none, sandbox, true, null);
  }

  /** Commits that tell one task after another to stop, and each to go on the next time round. */
  Commit change(int change) {
    int number = change % services * tasksPerService + change % tasksPerService;
    boolean isStop = change / services % 2 == 0;
    return new Commit(
        List.of(
            new Commit.Change.Put(
                task(
                    number,
                    2 + change,
                    isStop ? ClusterTask.State.SHUTDOWN : ClusterTask.State.RUNNING))));
  }

  private ClusterService service(int number) {
    return new ClusterService(
        id('s', number),
        Version.at(1),
        Instant.ofEpochSecond(1_700_000_000L + number),
        "service-" + number,
        Map.of(),
        List.of(
            new ClusterService.Port(
                ClusterService.Protocol.TCP,
                80,
                FIRST_PORT + number,
                ClusterService.PublishMode.INGRESS)),
        isInside
            ? Map.of("ingress", address(number) + "/16", OVERLAY, address(number) + "/8")
            : Map.of("ingress", address(number) + "/16"));
  }

  private ClusterTask task(int number, long version, ClusterTask.State desired) {
    return new ClusterTask(
        id('t', number),
        Version.at(version),
        id('s', number / tasksPerService),
        1 + number % tasksPerService,
        id('n', number % nodes),
        ClusterTask.State.RUNNING,
        desired,
        attachments(address(1_000_000 + number) + "/8"));
  }

  private List<ClusterTask.Attachment> attachments(String address) {
    var ingress = new ClusterTask.Attachment(id('w', 0), "ingress", true, List.of(address));
    return isInside
        ? List.of(ingress, new ClusterTask.Attachment(OVERLAY, "backend", false, List.of(address)))
        : List.of(ingress);
  }

  private static ClusterNode node(int number) {
    return new ClusterNode(
        id('n', number),
        Version.at(1),
        "node-" + number,
        "192.0.2." + number,
        ClusterNode.State.READY,
        ClusterNode.Availability.ACTIVE,
        ClusterNode.Role.WORKER);
  }

  private static String id(char kind, int number) {
    return "%c%024d".formatted(kind, number);
  }

  private static String address(int number) {
    return "10.%d.%d.%d".formatted((number >> 16) & 255, (number >> 8) & 255, number & 255);
  }
}
