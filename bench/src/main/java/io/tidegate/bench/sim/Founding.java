package io.tidegate.bench.sim;

import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.ClusterTask.State;
import io.tidegate.agent.cluster.Version;
import io.tidegate.routing.PublishedPort;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Makes nodes, services and tasks, each with an id and addresses as long as Swarm's. */
final class Founding {

  static final int TARGET_PORT = 8080;
  private static final String DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";
  private static final int ID_CHARS = 25;
  private static final int FIRST_PORT = 10_000;
  private static final Version FIRST = new Version(1, 1);

  private final Swarm swarm;
  private final SplittableRandom random;
  private final String ingressId;
  private int addresses;

  Founding(Swarm swarm, SplittableRandom random) {
    this.swarm = swarm;
    this.random = random;
    this.ingressId = id();
  }

  String id() {
    char[] id = new char[ID_CHARS];
    for (int i = 0; i < ID_CHARS; i++) {
      id[i] = DIGITS.charAt(random.nextInt(DIGITS.length()));
    }
    return new String(id);
  }

  /** A Swarm of which every task runs. */
  void found(Scale scale) {
    for (int i = 0; i < scale.nodes(); i++) {
      String address = "192.168.%d.%d".formatted(i / 250, 1 + i % 250);
      SwarmNode node = new SwarmNode(id(), "node" + i, address, i < scale.managers());
      node.version = FIRST;
      swarm.nodes.add(node);
    }
    int spare = scale.tasks() - 2 * scale.services();
    for (int i = 0; i < scale.services(); i++) {
      int left = scale.services() - i;
      int more =
          left == 1 ? spare : Math.min(spare, random.nextInt(1 + 2 * Math.ceilDiv(spare, left)));
      spare -= more;
      swarm.services.add(service(i, 2 + more));
    }
    swarm.services.forEach(this::fill);
  }

  private SwarmService service(int number, int slots) {
    PublishedPort port = PublishedPort.tcp(FIRST_PORT + number);
    ClusterService value =
        new ClusterService(
            id(),
            FIRST,
            Instant.ofEpochSecond(1 + number),
            "shop_service-" + number,
            Map.of("com.docker.stack.namespace", "shop"),
            List.of(
                new ClusterService.Port(
                    ClusterService.Protocol.TCP,
                    TARGET_PORT,
                    port.number(),
                    ClusterService.PublishMode.INGRESS)),
            Map.of(ingressId, nextAddress()));
    return new SwarmService(value, port, slots);
  }

  private void fill(SwarmService service) {
    for (int slot = 0; slot < service.slots.length; slot++) {
      SwarmTask task = task(service, slot);
      place(task);
      task.state = State.RUNNING;
      task.desired = State.RUNNING;
      task.version = FIRST;
      swarm.put(task);
      swarm.judge(task);
    }
  }

  /** A new task in a slot of a service, without a node. */
  SwarmTask task(SwarmService service, int slot) {
    SwarmTask task =
        new SwarmTask(
            id(),
            service,
            slot,
            List.of(
                new ClusterTask.Attachment(ingressId, "ingress", true, List.of(nextAddress()))));
    service.slots[slot] = task;
    return task;
  }

  /** Gives a task a node that is there. */
  void place(SwarmTask task) {
    while (true) {
      SwarmNode node = swarm.nodes.get(random.nextInt(swarm.nodes.size()));
      if (!node.isManager && !node.isLost) {
        task.node = node;
        node.tasks.add(task);
        return;
      }
    }
  }

  private String nextAddress() {
    int number = ++addresses;
    return "10.%d.%d.%d/8".formatted(number >> 16, number >> 8 & 0xff, number & 0xff);
  }
}
