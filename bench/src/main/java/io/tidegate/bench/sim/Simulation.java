package io.tidegate.bench.sim;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.peer.WirelessSubscriber;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** One run from its seed: founds a cluster, lets it live, and lets it come to rest. */
final class Simulation {

  private static final long START_NANOS = Timeline.SECOND;
  private static final long MAX_FOUNDING_NANOS = 20 * Timeline.SECOND;
  private static final long REST_NANOS = 20 * Timeline.SECOND;

  private final Scale scale;
  private final long seed;
  private final Timeline time = new Timeline();
  private final SplittableRandom random;
  private final World world;
  private final Founding founding;
  private final List<Manager> managers = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();

  /**
   * @param isShared whether nodes that hear the same have one replica; else each has its own
   */
  Simulation(Scale scale, long seed, Fault fault, boolean isShared) {
    this.scale = scale;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    Swarm swarm = new Swarm(time, random.split());
    this.world =
        new World(
            time,
            new Network(time, random.split()),
            swarm,
            new Standings(swarm, time, isShared),
            new Judge(swarm, time),
            new WirelessSubscriber.Understood(),
            random.split());
    this.founding = new Founding(swarm, random.split());
    time.runUntil(START_NANOS);
    founding.found(scale);
    people(fault);
  }

  private void people(Fault fault) {
    List<SwarmNode> machines = world.swarm().nodes;
    for (SwarmNode machine : machines.subList(0, scale.managers())) {
      Fault own = managers.size() == 1 ? fault : Fault.NONE;
      Manager manager = new Manager(machine, world, own);
      world.swarm().follow(manager::onCommit);
      managers.add(manager);
    }
    Random shuffle = new Random(random.nextLong());
    for (SwarmNode machine : machines.subList(scale.managers(), machines.size())) {
      List<Manager> order = new ArrayList<>(managers);
      Collections.shuffle(order, shuffle);
      nodes.add(new Node(machine, List.copyOf(order), world));
    }
  }

  /**
   * Runs.
   *
   * @param progress gets a word now and then
   * @throws BrokenException if an invariant does not hold
   */
  Outcome run(Consumer<String> progress) {
    boolean isSilent = seed % 2 == 0;
    ClusterState all = world.swarm().state();
    managers.forEach(manager -> manager.onListed(all));
    nodes.forEach(node -> time.in(random.nextLong(200 * Timeline.MILLI), node::start));
    long limitNanos = time.nanoTime() + MAX_FOUNDING_NANOS;
    while (time.nanoTime() < limitNanos && !nodes.stream().allMatch(it -> it.table().isCurrent())) {
      pass("founding", time.nanoTime() + Timeline.SECOND / 10, progress);
    }
    long foundedNanos = time.nanoTime() - START_NANOS;
    Lives lives = new Lives(world.swarm(), time, founding, random.split());
    new Churn(world, lives, scale, managers, nodes).start(isSilent);
    long endNanos = time.nanoTime() + scale.seconds() * Timeline.SECOND + REST_NANOS;
    while (time.nanoTime() < endNanos) {
      pass("living", time.nanoTime() + Timeline.SECOND, progress);
      world.judge().look();
    }
    world.judge().lookAtEnd();
    return Outcome.of(seed, isSilent, foundedNanos, world, lives.replaced(), managers, nodes);
  }

  private void pass(String what, long untilNanos, Consumer<String> progress) {
    progress.accept(
        "seed %d  %s  %.1f s, %d commits, %d events, %d replicas"
            .formatted(
                seed,
                what,
                time.nanoTime() / 1e9,
                world.swarm().commits(),
                time.count(),
                world.standings().replicas()));
    time.runUntil(untilNanos);
  }
}
