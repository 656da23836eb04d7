package io.tidegate.bench.sim;

import io.tidegate.agent.cluster.ClusterTask.State;
import java.util.SplittableRandom;

/**
 * How Swarm replaces a task: the old one is stopped first.
 *
 * <pre>
 *   old   desired SHUTDOWN         2 s and its own time: SHUTDOWN           3 s: removed
 *   new   NEW, ASSIGNED, PREPARING, READY       desired RUNNING, STARTING, RUNNING
 * </pre>
 */
final class Lives {

  private final Swarm swarm;
  private final Timeline time;
  private final Founding founding;
  private final SplittableRandom random;
  private long replaced;

  Lives(Swarm swarm, Timeline time, Founding founding, SplittableRandom random) {
    this.swarm = swarm;
    this.time = time;
    this.founding = founding;
    this.random = random;
  }

  /** How many tasks were replaced. */
  long replaced() {
    return replaced;
  }

  /** Replaces the task in a slot, which is stopped if it still runs. */
  void replace(SwarmService service, int slot) {
    replaced++;
    service.isUpdating = true;
    SwarmTask old = service.slots[slot];
    SwarmTask fresh = founding.task(service, slot);
    swarm.write(new Write.OfTask(old, old.state, State.SHUTDOWN));
    swarm.write(new Write.OfTask(fresh, State.NEW, State.READY));
    in(
        50,
        100,
        () -> {
          founding.place(fresh);
          swarm.write(new Write.OfTask(fresh, State.ASSIGNED, State.READY));
          in(50, 150, () -> report(fresh, State.PREPARING, State.READY));
          in(200, 900, () -> report(fresh, State.READY, State.READY));
        });
    boolean isOver = old.state.compareTo(State.RUNNING) > 0 || old.isOnLostNode();
    if (isOver) {
      in(1_000, 1_100, () -> begin(fresh));
    } else {
      in(2_100, 2_700, () -> stopped(old, fresh));
    }
    in(6_000, 7_000, () -> swarm.write(new Write.Removal(old)));
  }

  private void stopped(SwarmTask old, SwarmTask fresh) {
    report(old, State.SHUTDOWN, State.SHUTDOWN);
    begin(fresh);
  }

  private void begin(SwarmTask fresh) {
    swarm.write(new Write.OfTask(fresh, fresh.state, State.RUNNING));
    in(50, 150, () -> report(fresh, State.STARTING, State.RUNNING));
    in(
        250,
        900,
        () -> {
          report(fresh, State.RUNNING, State.RUNNING);
          fresh.service.isUpdating = false;
        });
  }

  /** A task ends by itself, and is replaced a little later. */
  void fail(SwarmTask task) {
    task.service.isUpdating = true;
    report(task, State.FAILED, State.RUNNING);
    in(100, 300, () -> replace(task.service, task.slot));
  }

  /** The node of a task says how it fares, unless it is gone. */
  private void report(SwarmTask task, State state, State desired) {
    if (!task.isOnLostNode()) {
      swarm.write(new Write.OfTask(task, state, desired));
    }
  }

  private void in(long fromMillis, long toMillis, Runnable action) {
    time.in(random.nextLong(fromMillis, toMillis) * Timeline.MILLI, action);
  }
}
