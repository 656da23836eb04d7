package io.tidegate.agent.demo;

import io.tidegate.routing.Origin;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.jspecify.annotations.Nullable;

/** One task of the small Swarm with its process. Owned by the {@link SmallSwarm}. */
final class DemoTask {

  final String id;
  final String name;
  final String node;
  final Responder process;
  private final @Nullable InetAddress inside;
  TaskState state = TaskState.RUNNING;
  private Origin origin = written();

  /**
   * One that runs.
   *
   * @param inside its address on the network, or null where it is on none
   */
  DemoTask(String id, String name, String node, Responder process, @Nullable InetAddress inside) {
    this.inside = inside;
    this.id = id;
    this.name = name;
    this.node = node;
    this.process = process;
  }

  void drain() {
    state = TaskState.DRAINING;
    origin = written();
  }

  /** The small Swarm decides and tells at once. */
  static Origin written() {
    long nowNanos = SystemEpochNanoClock.INSTANCE.nanoTime();
    return new Origin("demo", nowNanos, nowNanos);
  }

  Task toTask() {
    Reach reach =
        Reach.direct(
            process.address().getAddress(),
            process.address().getPort(),
            "a responder inside this process");
    Map<String, InetAddress> addresses = inside == null ? Map.of() : Map.of(DemoNetwork.ID, inside);
    return new Task(id, name, node, state, reach, origin, List.of(), addresses);
  }
}
