package io.tidegate.bench.sim;

import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Service;
import io.tidegate.routing.Topology;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node knows after one update: shared by all nodes that took the same updates from the same
 * publisher. Those that follow are found from here, those before are not kept.
 */
final class Standing {

  private static final PublishedPort ANY = PublishedPort.tcp(1);

  final Replica replica;
  final long version;

  /** Stands for the table in a node's own control loop: equal where the tables are. */
  final Topology token;

  /** What it has different from the standing before; nothing for a whole. */
  final Difference difference;

  private @Nullable RoutingTable table;
  private @Nullable Standing next;
  private @Nullable Standing twin;
  private int holders;
  private boolean isOld;

  /**
   * @param print the same where tables are
   */
  Standing(Replica replica, long version, RoutingTable table, long print, Difference difference) {
    this.replica = replica;
    this.version = version;
    this.table = table;
    this.difference = difference;
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

  boolean hasTable() {
    return table != null;
  }

  /** The one that follows, or null if no node has come further. */
  @Nullable Standing next() {
    return next != null || twin == null ? next : twin.next();
  }

  void setNext(Standing following) {
    next = following;
  }

  /** Both know the same: from here on the way is that of the other. */
  void join(Standing other) {
    twin = other;
  }

  /** The replica in which the way goes on. */
  Standing end() {
    return next == null && twin != null ? twin.end() : this;
  }

  /** Whether a node comes from here to another standing by changes alone. */
  boolean leadsTo(Standing other) {
    Standing at = this;
    while (at != null && at != other) {
      at = at.next();
    }
    return at != null;
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
