package io.tidegate.proxy;

import io.tidegate.metrics.EndpointCounters;
import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.ShardCounters;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets go of the counters of routes and endpoints that are gone, once scrapers have had time to see
 * the last values.
 */
final class Retention {

  private static final Duration KEEP = Duration.ofMinutes(10);

  /** A route's counters, or with an endpoint that endpoint's alone. */
  private record Kept(RouteKey route, @Nullable EndpointKey endpoint) {}

  private final ShardCounters counters;
  private final Map<Kept, Long> goneSinceNanos = new HashMap<>();

  Retention(ShardCounters counters) {
    this.counters = counters;
  }

  /**
   * Looks through all counters; called with every table.
   *
   * @param served the routes in force
   */
  void sweep(Map<RouteKey, ServedRoute> served, long nowNanos) {
    Set<Kept> gone = new HashSet<>();
    counters.routes.forEach(
        (key, route) -> {
          ServedRoute current = served.get(key);
          if (current == null) {
            gone.add(new Kept(key, null));
          }
          for (EndpointKey endpoint : route.endpoints.keySet()) {
            if (current == null || !current.has(endpoint)) {
              gone.add(new Kept(key, endpoint));
            }
          }
        });
    goneSinceNanos.keySet().retainAll(gone);
    gone.forEach(key -> goneSinceNanos.putIfAbsent(key, nowNanos));
    goneSinceNanos
        .entrySet()
        .removeIf(
            expired -> nowNanos - expired.getValue() >= KEEP.toNanos() && drop(expired.getKey()));
  }

  private boolean drop(Kept kept) {
    RouteCounters route = counters.routes.get(kept.route());
    if (route == null) {
      return true;
    }
    boolean quiet =
        route.endpoints.entrySet().stream()
            .filter(entry -> kept.endpoint() == null || entry.getKey().equals(kept.endpoint()))
            .allMatch(entry -> isQuiet(entry.getValue()));
    if (quiet && kept.endpoint() == null) {
      counters.routes.remove(kept.route());
    } else if (quiet) {
      route.endpoints.remove(kept.endpoint());
    }
    return quiet;
  }

  private static boolean isQuiet(EndpointCounters endpoint) {
    return endpoint.relays.get() == endpoint.ended.get();
  }
}
