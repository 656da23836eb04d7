package io.tidegate.bench.sim;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.merge.NewsView;
import io.tidegate.control.ControlLoop;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Topology;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Store, view and control loop of one node, or of many that hear the same. */
final class Replica {

  /** So many tables are kept for those who lag behind. */
  private static final int KEPT = 600;

  private final Swarm swarm;
  private final Tables tables;
  private final NewsView view;
  private final Queue<Standing> recent = new ArrayDeque<>();
  private @Nullable Standing head;
  private long print;

  /** A control loop in whose time a table is always due, and what is for a moment is over. */
  private static final class Tables {
    private final ControlLoop loop = new ControlLoop(this::nanoTime, this::onTable);
    private long nowNanos;
    private RoutingTable table = RoutingTable.EMPTY;

    private long nanoTime() {
      return nowNanos;
    }

    private void onTable(RoutingTable next) {
      table = next;
    }

    RoutingTable of(Topology topology) {
      nowNanos += ControlLoop.COALESCE.toNanos();
      loop.offer(topology);
      loop.doWork();
      nowNanos += ControlLoop.LAST_RESORT.toNanos();
      loop.doWork();
      return table;
    }
  }

  Replica(Swarm swarm, Timeline time) {
    this.swarm = swarm;
    this.view = new NewsView(time);
    this.tables = new Tables();
  }

  /** The furthest that any node has come with it. */
  Standing head() {
    return Objects.requireNonNull(head);
  }

  boolean isAt(Standing standing) {
    return standing.equals(head);
  }

  /** Takes a whole. */
  Standing replace(ClusterState state, long version) {
    RoutingTable table = tables.of(view.replace(state));
    print = Difference.between(RoutingTable.EMPTY, table, swarm).print();
    return add(new Standing(this, version, table, print));
  }

  /** Takes a change, at the head. */
  Standing.Step apply(Commit commit, long version) {
    RoutingTable before = head().table();
    RoutingTable table = tables.of(view.apply(commit));
    Difference difference = Difference.between(before, table, swarm);
    print += difference.print();
    Standing now = add(new Standing(this, version, table, print));
    return new Standing.Step(Told.of(commit), difference, now);
  }

  private Standing add(Standing standing) {
    recent.add(standing);
    if (recent.size() > KEPT) {
      recent.remove().retire();
    }
    head = standing;
    return standing;
  }

  /** Whether its store has the same in it as another's. */
  boolean isSameAs(Replica other) {
    return view.isSameAs(other.view);
  }
}
