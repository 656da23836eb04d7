package io.tidegate.metrics;

import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.VirtualRoute;
import java.util.Comparator;

/**
 * What the counters of a route are kept by: a port that moves to another service starts anew.
 *
 * @param networkId of the network that a virtual address belongs to; empty for a published port
 */
public record RouteKey(PublishedPort port, String serviceId, String serviceName, String networkId)
    implements Comparable<RouteKey> {

  private static final Comparator<RouteKey> ORDER =
      Comparator.comparing(RouteKey::port)
          .thenComparing(RouteKey::serviceId)
          .thenComparing(RouteKey::serviceName)
          .thenComparing(RouteKey::networkId);

  /** That of a published port. */
  public RouteKey(PublishedPort port, String serviceId, String serviceName) {
    this(port, serviceId, serviceName, "");
  }

  public static RouteKey of(Route route) {
    return new RouteKey(route.port(), route.serviceId(), route.serviceName());
  }

  /** That of a route for a virtual address. */
  public static RouteKey of(VirtualRoute virtual) {
    Route route = virtual.route();
    return new RouteKey(
        route.port(), route.serviceId(), route.serviceName(), virtual.ip().networkId());
  }

  /** Whether it is a virtual address, whose latencies are those of its network. */
  boolean isVirtual() {
    return !networkId.isEmpty();
  }

  @Override
  public int compareTo(RouteKey other) {
    return ORDER.compare(this, other);
  }
}
