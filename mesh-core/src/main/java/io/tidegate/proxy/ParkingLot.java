package io.tidegate.proxy;

import io.tidegate.header.Ends;
import io.tidegate.routing.Parking;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where the clients of one port wait on one shard while no task takes them. A table that says
 * otherwise releases them in the order in which they came, a few at a time: a thousand at once
 * would overrun the accept queue of the one task that there is, where the kernel may lose those
 * that do not speak first, and keep everybody else on this shard waiting.
 */
final class ParkingLot {

  // 2,000 a second on a node, whatever its number of shards: what a queue of 128 takes from a task
  // that accepts every 60 ms.
  private static final int RELEASED_AT_ONCE = 4;
  private static final Duration BETWEEN_RELEASES = Duration.ofMillis(2);

  private final Shard shard;
  // What they wait for, as all shards know it.
  private final Object port;
  private final NavigableSet<Parked> waiting =
      new TreeSet<>(Comparator.comparingLong(parked -> parked.number));
  private ServedRoute served;
  private long numbers;
  private boolean releasing;
  // The one that was released last in this turn; null at its beginning.
  private @Nullable Parked released;
  private boolean closed;

  ParkingLot(Shard shard, ServedRoute served) {
    this.shard = shard;
    this.served = served;
    port = served.virtual == null ? served.route.port() : served.virtual;
  }

  /**
   * A place for a client that was just refused, or null if there is none for it.
   *
   * @param from the route that has refused it, which may be older than the one of now
   * @param ends of its connection, where they are known
   */
  @Nullable Parked park(
      ServedRoute from, RelayHalf client, @Nullable Ends ends, long acceptedNanos) {
    Parking parking = from.route.policy().parking();
    long untilNanos = acceptedNanos + parking.timeout().toNanos();
    long nowNanos = shard.clock().nanoTime();
    if (parking.clients() == 0 || untilNanos <= nowNanos) {
      return null;
    }
    if (!shard.admission().mayPark() || !shard.parkingPlaces().take(port, parking.clients())) {
      from.counters.parkingOverflows.increment();
      return null;
    }
    shard.admission().clientParked();
    from.counters.parked.increment();
    return new Parked(shard, this, from, client, ends, acceptedNanos, untilNanos, numbers++);
  }

  /** A place is free again. */
  void giveBack() {
    shard.parkingPlaces().giveBack(port);
    shard.admission().clientParkedNoMore();
  }

  ServedRoute served() {
    return served;
  }

  boolean isClosed() {
    return closed;
  }

  void add(Parked parked) {
    waiting.add(parked);
  }

  /** Whether it was there: who is about to be released is not. */
  boolean remove(Parked parked) {
    return waiting.remove(parked);
  }

  /** The route has changed; whoever waits tries the new one, if that has anything to try. */
  void serve(ServedRoute next) {
    served = next;
    released = null;
    if (!releasing && !waiting.isEmpty()) {
      releasing = true;
      shard.execute(this::releaseSome);
    }
  }

  private void releaseSome() {
    releasing = false;
    for (int i = 0; i < RELEASED_AT_ONCE && served.isDialable(); i++) {
      Parked next = next();
      if (next == null) {
        return;
      }
      released = next;
      next.tryAgain();
    }
    if (served.isDialable()) {
      releasing = true;
      // Not with execute: what that runs comes before any event.
      shard.schedule(this::releaseSome, BETWEEN_RELEASES.multipliedBy(shard.config().shards()));
    }
  }

  private @Nullable Parked next() {
    if (released != null) {
      return waiting.higher(released);
    }
    return waiting.isEmpty() ? null : waiting.first();
  }

  /** The port is served no more: whoever waits is dropped. */
  void close() {
    closed = true;
    List<Parked> all = new ArrayList<>(waiting);
    all.forEach(Parked::drop);
  }
}
