package io.tidegate.agent.takeover;

import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The ports of a table that Docker publishes. A newer table costs what is different in it. */
final class DockerPorts {

  private RoutingTable table = RoutingTable.EMPTY;
  private SortedSet<PublishedPort> ports = Collections.emptySortedSet();

  void follow(RoutingTable next) {
    SortedSet<PublishedPort> changed = null;
    for (var route : next.routes().differencesFrom(table.routes())) {
      if (isDockers(route.before()) != isDockers(route.after())) {
        changed = changed == null ? new TreeSet<>(ports) : changed;
        var _ = isDockers(route.after()) ? changed.add(route.key()) : changed.remove(route.key());
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

  private static boolean isDockers(@Nullable Route route) {
    return route != null && route.means() == Publication.Means.DOCKER;
  }
}
