package io.tidegate.routing;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The snapshot of all routes that the data path reads: immutable, replaced whole, newer ones with a
 * higher version.
 *
 * @param routes by published port, in the order of the ports
 * @param clashes the ports that more than one service publishes, in their order
 */
public record RoutingTable(
    long version, SortedMap<PublishedPort, Route> routes, List<Clash> clashes) {

  /** What is in force before anything was discovered. */
  public static final RoutingTable EMPTY = new RoutingTable(0, new TreeMap<>());

  public RoutingTable {
    routes = Collections.unmodifiableSortedMap(new TreeMap<>(routes));
    clashes = List.copyOf(clashes);
  }

  /** A table without clashes. */
  public RoutingTable(long version, SortedMap<PublishedPort, Route> routes) {
    this(version, routes, List.of());
  }

  /** Whether another table says the same, whatever its version. */
  public boolean isSameAs(RoutingTable other) {
    return routes.equals(other.routes) && clashes.equals(other.clashes);
  }
}
