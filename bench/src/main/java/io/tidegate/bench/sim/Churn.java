package io.tidegate.bench.sim;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterTask.State;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What happens to the cluster while it is watched.
 *
 * <pre>
 *   0   0.05         0.3              0.4      0.45         0.5      0.7            0.75      1
 *   updates and failures of tasks all the time; connections break now and then
 *       nodes lost                             … DOWN                               … back
 *                    a manager lost                                  … DOWN
 *                                     an agent starts anew   another
 * </pre>
 */
final class Churn {

  private static final long TICK_NANOS = 10 * Timeline.MILLI;
  private static final double FAILURES_PER_UPDATE = 0.02;
  private static final int RESETS = 4;
  private static final int RESTARTS = 2;
  private static final long ELECTION_NANOS = 3 * Timeline.SECOND;
  private static final long ORPHAN_NANOS = 2 * Timeline.SECOND;
  private static final double DOWN_AFTER = 0.4;

  /** Three heartbeats. */
  private static final long MAX_DOWN_NANOS = 15 * Timeline.SECOND;

  private final World world;
  private final Swarm swarm;
  private final Lives lives;
  private final Scale scale;
  private final SplittableRandom random;
  private final List<Manager> managers;
  private final List<Node> nodes;
  private long untilNanos;
  private double due;

  Churn(World world, Lives lives, Scale scale, List<Manager> managers, List<Node> nodes) {
    this.world = world;
    this.swarm = world.swarm();
    this.lives = lives;
    this.scale = scale;
    this.random = world.random().split();
    this.managers = managers;
    this.nodes = nodes;
  }

  /**
   * Begins now.
   *
   * @param isSilent how the manager is lost: its machine, or its agent alone
   */
  void start(boolean isSilent) {
    untilNanos = world.time().nanoTime() + scale.seconds() * Timeline.SECOND;
    tick();
    int lost = Math.max(1, nodes.size() / 300);
    for (int i = 0; i < lost; i++) {
      at(0.05 + 0.05 * i / lost, () -> loseNode(any()));
    }
    Manager gone = managers.get(random.nextInt(managers.size()));
    at(0.3, () -> loseManager(gone, isSilent));
    for (int i = 0; i < RESTARTS; i++) {
      at(0.4 + 0.1 * i, () -> any().start());
    }
    for (int i = 0; i < RESETS; i++) {
      at(random.nextDouble(), () -> reset(any()));
    }
  }

  private void at(double part, Runnable action) {
    world.time().in((long) (part * scale.seconds() * Timeline.SECOND), action);
  }

  /** A worker that is there. */
  private Node any() {
    while (true) {
      Node node = nodes.get(random.nextInt(nodes.size()));
      if (!node.machine.isLost) {
        return node;
      }
    }
  }

  private void tick() {
    if (world.time().nanoTime() >= untilNanos) {
      return;
    }
    due += scale.updatesPerSecond() * TICK_NANOS / Timeline.SECOND;
    for (; due >= 1; due--) {
      update();
    }
    world.time().in(TICK_NANOS, this::tick);
  }

  /** One more task of a service that is not being updated just now. */
  private void update() {
    for (int i = 0; i < 20; i++) {
      SwarmService service = swarm.services.get(random.nextInt(swarm.services.size()));
      if (!service.isUpdating) {
        int slot = random.nextInt(service.slots.length);
        SwarmTask task = service.slots[slot];
        if (random.nextDouble() < FAILURES_PER_UPDATE && task.isOn()) {
          lives.fail(task);
        } else {
          lives.replace(service, slot);
        }
        return;
      }
    }
  }

  private void reset(Node node) {
    Link link = node.link();
    if (link != null) {
      link.cut();
    }
  }

  private void loseNode(Node node) {
    node.machine.isLost = true;
    down(node.machine);
    at(0.7, () -> bringBack(node));
  }

  /** The managers notice that a machine is gone. */
  private void down(SwarmNode machine) {
    long nanos = Math.min(MAX_DOWN_NANOS, (long) (DOWN_AFTER * scale.seconds() * Timeline.SECOND));
    world.time().in(nanos, () -> giveUp(machine));
  }

  private void giveUp(SwarmNode machine) {
    swarm.write(new Write.OfNode(machine, ClusterNode.State.DOWN));
    for (SwarmTask task : List.copyOf(machine.tasks)) {
      if (task.service.slots[task.slot] == task) {
        lives.replace(task.service, task.slot);
      }
      Write orphaned = new Write.OfTask(task, State.ORPHANED, State.SHUTDOWN);
      world.time().in(ORPHAN_NANOS, () -> swarm.write(orphaned));
    }
  }

  private void bringBack(Node node) {
    node.machine.isLost = false;
    swarm.write(new Write.OfNode(node.machine, ClusterNode.State.READY));
    node.start();
  }

  private void loseManager(Manager manager, boolean isSilent) {
    manager.end(isSilent);
    down(manager.machine);
    for (Node node : nodes) {
      Link link = node.link();
      if (link != null && link.manager == manager) {
        node.table().onManagerGone();
        if (!isSilent) {
          world.time().in(world.network().delayNanos(), link::cut);
        }
      }
    }
    if (manager == managers.getFirst()) {
      elect();
    }
  }

  /** The leader is lost, and it takes a while until there is another one. */
  private void elect() {
    swarm.setLeader(false);
    world.time().in(ELECTION_NANOS, this::lead);
  }

  /** The new leader knows of no node how it fares, until each has called. */
  private void lead() {
    swarm.setLeader(true);
    for (SwarmNode node : swarm.nodes) {
      if (node.state == ClusterNode.State.READY) {
        swarm.write(new Write.OfNode(node, ClusterNode.State.UNKNOWN));
        world.time().in(random.nextLong(5 * Timeline.SECOND), () -> register(node));
      }
    }
  }

  private void register(SwarmNode node) {
    if (!node.isLost) {
      swarm.write(new Write.OfNode(node, ClusterNode.State.READY));
    }
  }
}
