package io.tidegate.bench.sim;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask.State;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.Version;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The managers' store: takes writes, makes commits of them, and knows what is true.
 *
 * <pre>
 *   writes   ▪▪ ▪  ▪▪▪▪ ▪      ▪▪▪ … more than fit
 *   commits        1     2         3 4 5       10 to 30 ms apart, 4 to 8 ms when many wait
 * </pre>
 */
final class Swarm {

  /** Swarm's own limit. */
  private static final int MAX_CHANGES = 200;

  final List<SwarmNode> nodes = new ArrayList<>();
  final List<SwarmService> services = new ArrayList<>();
  final Map<String, SwarmTask> tasks = new HashMap<>();

  /** Those that were removed are in it too. */
  final Map<String, SwarmTask> everyTask = new HashMap<>();

  private final Timeline time;
  private final SplittableRandom random;
  private final Queue<Write> writes = new ArrayDeque<>();
  private final List<Consumer<Commit>> followers = new ArrayList<>();
  private boolean isScheduled;
  private boolean hasLeader = true;
  private long index = 1;
  private long changes;

  Swarm(Timeline time, SplittableRandom random) {
    this.time = time;
    this.random = random;
  }

  /** Each commit from now on. */
  void follow(Consumer<Commit> follower) {
    followers.add(follower);
  }

  /** How many commits there were. */
  long commits() {
    return index - 1;
  }

  /** How many objects they changed. */
  long changes() {
    return changes;
  }

  /** All that the store has. */
  ClusterState state() {
    return ClusterState.of(
        services.stream().map(service -> service.value).toList(),
        tasks.values().stream().map(SwarmTask::value).toList(),
        nodes.stream().map(SwarmNode::value).toList());
  }

  void write(Write write) {
    writes.add(write);
    schedule();
  }

  /** Without a leader what is written waits. */
  void setLeader(boolean isThere) {
    hasLeader = isThere;
    schedule();
  }

  private void schedule() {
    if (!isScheduled && hasLeader && !writes.isEmpty()) {
      isScheduled = true;
      boolean isBusy = writes.size() >= MAX_CHANGES;
      long millis = isBusy ? random.nextLong(4, 8) : random.nextLong(10, 30);
      time.in(millis * Timeline.MILLI, this::commit);
    }
  }

  private void commit() {
    isScheduled = false;
    if (!hasLeader) {
      return;
    }
    Version version = new Version(++index, time.nanoTime());
    Map<String, Commit.Change> batch = new LinkedHashMap<>();
    while (batch.size() < MAX_CHANGES) {
      Write write = writes.poll();
      if (write == null) {
        break;
      }
      Commit.Change change = apply(write, version);
      if (change != null) {
        batch.put(write.id(), change);
      }
    }
    changes += batch.size();
    Commit commit = new Commit(List.copyOf(batch.values()));
    followers.forEach(follower -> follower.accept(commit));
    schedule();
  }

  private Commit.@Nullable Change apply(Write write, Version version) {
    return switch (write) {
      case Write.OfTask(SwarmTask task, State state, State desired) -> {
        if (task.isRemoved) {
          yield null;
        }
        put(task);
        task.version = version;
        task.state = latest(task.state, state);
        task.desired = latest(task.desired, desired);
        judge(task);
        yield new Commit.Change.Put(task.value());
      }
      case Write.Removal(SwarmTask task) -> {
        task.isRemoved = true;
        tasks.remove(task.id);
        if (task.node != null) {
          task.node.tasks.remove(task);
        }
        judge(task);
        yield new Commit.Change.Removed(ClusterObject.Kind.TASK, task.id);
      }
      case Write.OfNode(SwarmNode node, ClusterNode.State state) -> {
        node.state = state;
        node.version = version;
        node.tasks.forEach(this::judge);
        yield new Commit.Change.Put(node.value());
      }
    };
  }

  void put(SwarmTask task) {
    tasks.put(task.id, task);
    everyTask.put(task.id, task);
  }

  /** A state never goes back to an earlier one. */
  private static State latest(State one, State other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** Puts down since when a task can take traffic, or can no more. */
  void judge(SwarmTask task) {
    boolean isOn =
        !task.isRemoved
            && task.state == State.RUNNING
            && task.desired == State.RUNNING
            && task.node != null
            && task.node.state != ClusterNode.State.DOWN;
    if (isOn == task.isOn()) {
      return;
    }
    SwarmService service = task.service;
    if (isOn) {
      task.onNanos = time.nanoTime();
      task.offNanos = SwarmTask.NEVER;
      if (service.running++ == 0) {
        service.runningSinceNanos = time.nanoTime();
      }
    } else {
      task.offNanos = time.nanoTime();
      service.running--;
    }
  }
}
