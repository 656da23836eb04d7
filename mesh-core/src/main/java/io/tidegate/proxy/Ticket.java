package io.tidegate.proxy;

import io.tidegate.metrics.ConnectionResult;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How the limits of its route count a client until it leaves, or why they do not let it in.
 *
 * @param clients of the route; null for one that is not counted
 * @param source null where nobody asks where clients come from
 * @param refusal null for one that is let in
 */
record Ticket(
    @Nullable AtomicInteger clients, @Nullable Source source, @Nullable ConnectionResult refusal) {

  /** That of whoever comes to a route without limits. */
  static final Ticket UNLIMITED = new Ticket(null, null, null);

  static final Ticket DENIED = new Ticket(null, null, ConnectionResult.DENIED);
  static final Ticket OVER_LIMIT = new Ticket(null, null, ConnectionResult.LIMIT);
  static final Ticket OVER_RATE = new Ticket(null, null, ConnectionResult.RATE_LIMIT);
  static final Ticket OVER_SOURCE_LIMIT = new Ticket(null, null, ConnectionResult.SOURCE_LIMIT);
  static final Ticket OVER_SOURCE_RATE = new Ticket(null, null, ConnectionResult.SOURCE_RATE_LIMIT);

  /** Whether it is the address that may not come, or has too many. */
  boolean isRefusedByAddress() {
    return refusal == ConnectionResult.DENIED
        || refusal == ConnectionResult.SOURCE_LIMIT
        || refusal == ConnectionResult.SOURCE_RATE_LIMIT;
  }

  /** The client has gone. */
  void leave() {
    if (clients != null) {
      clients.decrementAndGet();
    }
    if (source != null) {
      source.leave();
    }
  }
}
