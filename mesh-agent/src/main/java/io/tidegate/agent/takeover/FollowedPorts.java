package io.tidegate.agent.takeover;

import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The ports of a table whose routes are wanted. A newer table costs what is different in it. */
final class FollowedPorts {

  private final Predicate<Route> isWanted;

  private RoutingTable table = RoutingTable.EMPTY;
  private SortedSet<PublishedPort> ports = Collections.emptySortedSet();

  FollowedPorts(Predicate<Route> isWanted) {
    this.isWanted = isWanted;
  }

  /** Those that Docker publishes. */
  static FollowedPorts ofDocker() {
    return new FollowedPorts(route -> route.means() == Publication.Means.DOCKER);
  }

  /** Ranges. */
  static FollowedPorts ofRanges() {
    return new FollowedPorts(route -> route.port().isRange());
  }

  void follow(RoutingTable next) {
    SortedSet<PublishedPort> changed = null;
    for (var route : next.routes().differencesFrom(table.routes())) {
      if (is(route.before()) != is(route.after())) {
        changed = changed == null ? new TreeSet<>(ports) : changed;
        var _ = is(route.after()) ? changed.add(route.key()) : changed.remove(route.key());
      }
    }
    table = next;
    if (changed != null) {
      ports = Collections.unmodifiableSortedSet(changed);
    }
  }

  /** Those of the last table, as they were then. */
  Set<PublishedPort> all() {
    return ports;
  }

  private boolean is(@Nullable Route route) {
    return route != null && isWanted.test(route);
  }
}
