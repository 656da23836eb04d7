package io.tidegate.proxy;

import io.tidegate.metrics.EndpointCounters;
import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.ShardCounters;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
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
  // In the order in which they went.
  private final Map<Kept, Long> goneSinceNanos = new LinkedHashMap<>();

  Retention(ShardCounters counters) {
    this.counters = counters;
  }

  /**
   * Notes which counters of a route are of what is served and which are not; called for every route
   * that is another than before, or gone.
   *
   * @param served how the route is served, or null if it is gone
   */
  void compare(RouteKey key, @Nullable ServedRoute served, long nowNanos) {
    RouteCounters route = counters.routes.get(key);
    if (route == null) {
      return;
    }
    note(new Kept(key, null), served != null, nowNanos);
    for (EndpointKey endpoint : route.endpoints.keySet()) {
      note(new Kept(key, endpoint), served != null && served.has(endpoint), nowNanos);
    }
  }

  private void note(Kept kept, boolean isServed, long nowNanos) {
    if (isServed) {
      goneSinceNanos.remove(kept);
    } else {
      goneSinceNanos.putIfAbsent(kept, nowNanos);
    }
  }

  /** Lets go of what has been gone for long enough; called with every table. */
  void sweep(long nowNanos) {
    Iterator<Map.Entry<Kept, Long>> oldestFirst = goneSinceNanos.entrySet().iterator();
    while (oldestFirst.hasNext()) {
      Map.Entry<Kept, Long> gone = oldestFirst.next();
      if (nowNanos - gone.getValue() < KEEP.toNanos()) {
        return;
      }
      if (drop(gone.getKey())) {
        oldestFirst.remove();
      }
    }
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
