package io.tidegate.metrics;

import io.tidegate.routing.Route;
import java.util.Comparator;

/** What the counters of a route are kept by: a port that moves to another service starts anew. */
public record RouteKey(int port, String protocol, String serviceId, String serviceName)
    implements Comparable<RouteKey> {

  private static final Comparator<RouteKey> ORDER =
      Comparator.comparingInt(RouteKey::port)
          .thenComparing(RouteKey::protocol)
          .thenComparing(RouteKey::serviceId)
          .thenComparing(RouteKey::serviceName);

  public static RouteKey of(Route route) {
    return new RouteKey(
        route.port().number(),
        route.port().protocol().toString(),
        route.serviceId(),
        route.serviceName());
  }

  @Override
  public int compareTo(RouteKey other) {
    return ORDER.compare(this, other);
  }
}
