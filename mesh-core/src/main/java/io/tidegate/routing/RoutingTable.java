package io.tidegate.routing;

import java.util.List;
import java.util.Map;

/**
 * The snapshot of all routes that the data path reads: immutable, replaced whole, newer ones with a
 * higher version. One that was made from another shares with it all routes that did not change.
 *
 * @param routes by published port, in the order of the ports
 * @param clashesByPort the ports that more than one service publishes
 * @param unservedByPort the ports that this node does not serve because their services ask for
 *     others
 * @param virtual routes by virtual address and protocol, for addresses of networks that this node
 *     is on
 */
public record RoutingTable(
    long version,
    ChunkedMap<PublishedPort, Route> routes,
    ChunkedMap<PublishedPort, Clash> clashesByPort,
    ChunkedMap<PublishedPort, Unserved> unservedByPort,
    ChunkedMap<VirtualPort, VirtualRoute> virtual) {

  /** What is in force before anything was discovered. */
  public static final RoutingTable EMPTY =
      new RoutingTable(0, ChunkedMap.empty(), ChunkedMap.empty(), ChunkedMap.empty());

  /** A table without virtual routes. */
  public RoutingTable(
      long version,
      ChunkedMap<PublishedPort, Route> routes,
      ChunkedMap<PublishedPort, Clash> clashesByPort,
      ChunkedMap<PublishedPort, Unserved> unservedByPort) {
    this(version, routes, clashesByPort, unservedByPort, ChunkedMap.empty());
  }

  /** A table that was listed. */
  public RoutingTable(long version, Map<PublishedPort, Route> routes, List<Clash> clashes) {
    this(
        version,
        ChunkedMap.copyOf(routes),
        ChunkedMap.of(clashes, Clash::port),
        ChunkedMap.empty());
  }

  /** A table without clashes. */
  public RoutingTable(long version, Map<PublishedPort, Route> routes) {
    this(version, routes, List.of());
  }

  /** This table with other virtual routes. */
  public RoutingTable with(ChunkedMap<VirtualPort, VirtualRoute> others) {
    return new RoutingTable(version, routes, clashesByPort, unservedByPort, others);
  }

  /** In the order of their ports. */
  public List<Clash> clashes() {
    return clashesByPort.values();
  }

  /** In the order of their ports. */
  public List<Unserved> unserved() {
    return unservedByPort.values();
  }

  /** Whether another table says the same, whatever its version. */
  public boolean isSameAs(RoutingTable other) {
    return routes.equals(other.routes)
        && clashesByPort.equals(other.clashesByPort)
        && unservedByPort.equals(other.unservedByPort)
        && virtual.equals(other.virtual);
  }
}
