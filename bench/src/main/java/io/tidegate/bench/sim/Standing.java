package io.tidegate.bench.sim;

import io.tidegate.agent.cluster.Commit;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Service;
import io.tidegate.routing.Topology;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node knows after one update: shared by all nodes that were told the same. Those that
 * follow are found from here.
 *
 * <pre>
 *   whole 1 ── 2 ── 3 ── 4 ── 5 ── 6     most nodes, whoever told them
 *                             │
 *                   whole 4 ──┘          newcomers, until what they know was the same
 * </pre>
 */
final class Standing {

  private static final PublishedPort ANY = PublishedPort.tcp(1);

  final Replica replica;
  final long version;

  /** Stands for the table in a node's own control loop: equal where the tables are. */
  final Topology token;

  private final List<Step> steps = new ArrayList<>(1);
  private @Nullable RoutingTable table;
  private int holders;
  private boolean isOld;

  /**
   * The way to a standing that follows. There is more than one only where publishers told different
   * things.
   *
   * @param difference of the tables
   */
  record Step(Told<Commit> told, Difference difference, Standing to) {}

  /**
   * @param print the same where tables are
   */
  Standing(Replica replica, long version, RoutingTable table, long print) {
    this.replica = replica;
    this.version = version;
    this.table = table;
    String name = Long.toHexString(print);
    this.token =
        new Topology(
            List.of(
                new Service(
                    name, name, Policy.DEFAULT, List.of(new Publication(ANY, 1)), List.of())));
  }

  /** The table; an old one is kept only as long as a node has it in force. */
  RoutingTable table() {
    if (table == null) {
      throw new IllegalStateException("the table of version " + version + " is not kept any more");
    }
    return table;
  }

  void add(Step step) {
    steps.add(step);
  }

  /** Where a change leads to, or null if no node has taken it here. */
  @Nullable Standing next(long nextVersion, Commit commit) {
    for (Step step : steps) {
      if (step.to.version == nextVersion && step.told.isSame(commit)) {
        return step.to;
      }
    }
    return null;
  }

  /** The changes by which a node comes from here to another standing, or null. */
  @Nullable List<Step> wayTo(Standing other) {
    List<Step> way = new ArrayList<>();
    return isWayTo(other, way) ? way : null;
  }

  private boolean isWayTo(Standing other, List<Step> way) {
    Standing at = this;
    while (at != other) {
      if (at.version >= other.version || at.steps.isEmpty()) {
        return false;
      }
      if (at.steps.size() > 1) {
        return at.isAnyWayTo(other, way);
      }
      Step only = at.steps.getFirst();
      way.add(only);
      at = only.to;
    }
    return true;
  }

  private boolean isAnyWayTo(Standing other, List<Step> way) {
    int length = way.size();
    for (Step step : steps) {
      way.add(step);
      if (step.to.isWayTo(other, way)) {
        return true;
      }
      way.subList(length, way.size()).clear();
    }
    return false;
  }

  void hold() {
    holders++;
  }

  void release() {
    holders--;
    drop();
  }

  /** No node is expected to need the table, unless it has it already. */
  void retire() {
    isOld = true;
    drop();
  }

  private void drop() {
    if (isOld && holders == 0) {
      table = null;
    }
  }
}
