package io.tidegate.metrics;

import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import java.util.Comparator;

/** What the counters of a route are kept by: a port that moves to another service starts anew. */
public record RouteKey(PublishedPort port, String serviceId, String serviceName)
    implements Comparable<RouteKey> {

  private static final Comparator<RouteKey> ORDER =
      Comparator.comparing(RouteKey::port)
          .thenComparing(RouteKey::serviceId)
          .thenComparing(RouteKey::serviceName);

  public static RouteKey of(Route route) {
    return new RouteKey(route.port(), route.serviceId(), route.serviceName());
  }

  @Override
  public int compareTo(RouteKey other) {
    return ORDER.compare(this, other);
  }
}
