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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A Swarm of any size as a manager tells it, all of whose objects have ids as long as Swarm's. */
record ManyServices(int services, int tasksPerService, int nodes) {

  static final int FIRST_PORT = 20_000;

  ClusterState state() {
    return new ClusterState(
        IntStream.range(0, services).mapToObj(ManyServices::service).toList(),
        IntStream.range(0, services * tasksPerService)
            .mapToObj(number -> task(number, 1, ClusterTask.State.RUNNING))
            .toList(),
        IntStream.range(0, nodes).mapToObj(ManyServices::node).toList());
  }

  /** What a node reads that has none of the tasks, and can reach them all. */
  static Reading reading() {
    Reading manager = Answers.manager();
    LocalTasks none = new LocalTasks(Map.of(), Map.of(), Map.of());
    return new Reading(manager.engine(), null, null, none, manager.sandbox(), true, null);
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

  private static ClusterService service(int number) {
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
        Map.of("ingress", address(number) + "/16"));
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
        List.of(
            new ClusterTask.Attachment(
                id('w', 0), "ingress", true, List.of(address(1_000_000 + number) + "/8"))));
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
