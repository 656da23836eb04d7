package io.tidegate.proxy;

import io.tidegate.metrics.RouteKey;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.ChunkedMap.Difference;
import io.tidegate.routing.Limits;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.VirtualRoute;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How many clients a route may have on this node, and how fast they may come. What shards share,
 * and only where a policy asks for it: the kernel spreads clients by chance, so that a shard's
 * share of a small limit would mean little.
 *
 * @param count goes over to the next table's limit of the same route
 */
record ClientLimit(Limits most, Count count) {

  /** What is counted of a route. */
  record Count(AtomicInteger clients, TokenBucket rate, Sources sources) {

    static Count begin(long nowNanos) {
      return new Count(new AtomicInteger(), new TokenBucket(nowNanos), new Sources());
    }
  }

  /**
   * The limits of a table's routes.
   *
   * @param before the table before
   * @param limits those of the table before
   */
  static ChunkedMap<RouteKey, ClientLimit> of(
      RoutingTable table,
      RoutingTable before,
      ChunkedMap<RouteKey, ClientLimit> limits,
      long nowNanos) {
    ChunkedMap<RouteKey, ClientLimit> next = limits;
    for (var route : table.routes().differencesFrom(before.routes())) {
      next = changed(next, limits, route, RouteKey::of, Function.identity(), nowNanos);
    }
    for (var route : table.virtual().differencesFrom(before.virtual())) {
      next = changed(next, limits, route, RouteKey::of, VirtualRoute::route, nowNanos);
    }
    return next;
  }

  private static <V> ChunkedMap<RouteKey, ClientLimit> changed(
      ChunkedMap<RouteKey, ClientLimit> now,
      ChunkedMap<RouteKey, ClientLimit> limits,
      Difference<?, V> difference,
      Function<V, RouteKey> keyOf,
      Function<V, Route> routeOf,
      long nowNanos) {
    ChunkedMap<RouteKey, ClientLimit> next = now;
    V before = difference.before();
    if (before != null) {
      next = next.without(keyOf.apply(before));
    }
    V after = difference.after();
    if (after == null) {
      return next;
    }
    Limits most = routeOf.apply(after).policy().limits();
    if (!most.equals(Limits.NONE)) {
      RouteKey key = keyOf.apply(after);
      ClientLimit old = limits.get(key);
      Count count = old == null ? Count.begin(nowNanos) : old.count;
      next = next.with(key, new ClientLimit(most, count));
    }
    return next;
  }

  /**
   * Lets a client in, or not.
   *
   * @param address where it comes from, as {@link SourceAddress#counted} has it
   */
  Ticket enter(long address, long nowNanos) {
    if (!most.isBySource()) {
      return enterFrom(null, nowNanos);
    }
    Source source = count.sources.enter(address, most.sourceConnections(), nowNanos);
    if (source == null) {
      return Ticket.OVER_SOURCE_LIMIT;
    }
    boolean mayTake = most.sourceRate() == 0 || source.rate.take(most.sourceRate(), nowNanos);
    Ticket ticket = mayTake ? enterFrom(source, nowNanos) : Ticket.OVER_SOURCE_RATE;
    if (ticket.refusal() != null) {
      source.leave();
    }
    return ticket;
  }

  /** Lets a client in, wherever it comes from, or not. */
  Ticket enterFromAnywhere(long nowNanos) {
    return enterFrom(null, nowNanos);
  }

  private Ticket enterFrom(@Nullable Source source, long nowNanos) {
    int clients = count.clients.incrementAndGet();
    if (most.connections() > 0 && clients > most.connections()) {
      count.clients.decrementAndGet();
      return Ticket.OVER_LIMIT;
    }
    if (most.rate() > 0 && !count.rate.take(most.rate(), nowNanos)) {
      count.clients.decrementAndGet();
      return Ticket.OVER_RATE;
    }
    return new Ticket(count.clients, source, null);
  }

  /** Whether it counts whoever holds the ticket: the limit of the same route in some table. */
  boolean counts(Ticket ticket) {
    return count.clients.equals(ticket.clients());
  }
}
