package io.tidegate.agent.merge;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.docker.LocalTasks;
import io.tidegate.agent.docker.Sandbox;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.Topology;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.agrona.concurrent.EpochNanoClock;

/**
 * The topology that follows from what managers tell, for a node on which no task runs: the merge of
 * all sources with none but streams, and the way to every task through the overlay.
 */
public final class NewsView {

  private final EpochNanoClock clock;
  private final RoutedServices routed = new RoutedServices();
  private final SwarmView swarm;
  private final ReachPlanner reaches =
      new ReachPlanner(LocalTasks.NONE, new Sandbox(Path.of("/run/docker/netns"), null), null);

  public NewsView(EpochNanoClock clock) {
    this.clock = clock;
    this.swarm = new SwarmView(clock, routed);
  }

  /** A stream begins with all that there is. */
  public Topology replace(ClusterState state) {
    swarm.onListed(Sources.PEER, state, Long.MAX_VALUE, clock.nanoTime());
    return topology();
  }

  /** One commit of the stream. */
  public Topology apply(Commit commit) {
    swarm.onCommit(commit, clock.nanoTime());
    return topology();
  }

  private Topology topology() {
    return new Topology(routed.refresh(swarm.services(), this::service), List.of());
  }

  private Service service(SeenService service) {
    List<Task> tasks = new ArrayList<>(service.tasks().size());
    for (SeenTask task : service.tasks()) {
      tasks.add(
          new Task(
              task.id(),
              task.name(),
              task.nodeId(),
              task.state(),
              reaches.plan(task),
              task.origin()));
    }
    return swarm.service(service, tasks);
  }

  /** Whether another one knows exactly the same of the cluster, whoever told it. */
  public boolean isSameAs(NewsView other) {
    ClusterState own = swarm.state();
    ClusterState others = other.swarm.state();
    return isSame(own.tasks(), others.tasks())
        && isSame(own.services(), others.services())
        && isSame(own.nodes(), others.nodes());
  }

  private static boolean isSame(List<?> one, List<?> other) {
    Set<Object> all = new HashSet<>(one);
    return one.size() == other.size() && all.containsAll(other);
  }
}
