package io.tidegate.routing;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The snapshot of all routes that the data path reads: immutable, replaced whole, newer ones with a
 * higher version.
 *
 * @param routes by published port, in the order of the ports
 */
public record RoutingTable(long version, SortedMap<PublishedPort, Route> routes) {

  /** What is in force before anything was discovered. */
  public static final RoutingTable EMPTY = new RoutingTable(0, new TreeMap<>());

  public RoutingTable {
    routes = Collections.unmodifiableSortedMap(new TreeMap<>(routes));
  }
}
