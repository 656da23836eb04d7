package io.tidegate.proxy;

import io.tidegate.metrics.RouteKey;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.ChunkedMap.Difference;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
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
   * @param before the table before
   * @param limits those of the table before
   */
  static ChunkedMap<RouteKey, ClientLimit> of(
      RoutingTable table, RoutingTable before, ChunkedMap<RouteKey, ClientLimit> limits) {
    ChunkedMap<RouteKey, ClientLimit> next = limits;
    for (Difference<PublishedPort, Route> route : table.routes().differencesFrom(before.routes())) {
      if (route.before() != null) {
        next = next.without(RouteKey.of(route.before()));
      }
      if (route.after() != null && route.after().policy().connections() > 0) {
        RouteKey key = RouteKey.of(route.after());
        ClientLimit old = limits.get(key);
        AtomicInteger clients = old == null ? new AtomicInteger() : old.clients;
        next = next.with(key, new ClientLimit(route.after().policy().connections(), clients));
      }
    }
    return next;
  }

  /** Whether one more may come; if so, it counts until {@link #leave}. */
  boolean enter() {
    if (clients.incrementAndGet() <= most) {
      return true;
    }
    clients.decrementAndGet();
    return false;
  }

  /** Whether whoever counts there counts here: the limit of the same route in another table. */
  boolean isSameCountAs(ClientLimit other) {
    return clients.equals(other.clients);
  }

  void leave() {
    clients.decrementAndGet();
  }
}
