package io.tidegate.proxy;

import io.tidegate.metrics.RouteKey;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many clients a route may have at once on this node. The one number that shards share, and
 * only where a policy asks for it: the kernel spreads clients by chance, so that a shard's share of
 * a small limit would mean little.
 *
 * @param clients those that there are; goes over to the next table's limit of the same route
 */
record ClientLimit(int most, AtomicInteger clients) {

  /**
   * The limits of a table's routes.
   *
   * @param before those of the table before
   */
  static Map<RouteKey, ClientLimit> of(RoutingTable table, Map<RouteKey, ClientLimit> before) {
    Map<RouteKey, ClientLimit> limits = new HashMap<>();
    for (Route route : table.routes().values()) {
      int most = route.policy().connections();
      if (most > 0) {
        RouteKey key = RouteKey.of(route);
        ClientLimit old = before.get(key);
        limits.put(key, new ClientLimit(most, old == null ? new AtomicInteger() : old.clients));
      }
    }
    return limits;
  }

  /** Whether one more may come; if so, it counts until {@link #leave}. */
  boolean enter() {
    if (clients.incrementAndGet() <= most) {
      return true;
    }
    clients.decrementAndGet();
    return false;
  }

  void leave() {
    clients.decrementAndGet();
  }
}
