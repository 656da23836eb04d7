package io.tidegate.proxy;

import io.netty.buffer.ByteBuf;
import io.tidegate.header.Ends;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.ParkingEnd;
import io.tidegate.metrics.RouteCounters;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that waits because no task takes it now. It keeps its socket, and what was read of it;
 * the rest stays in the kernel. It tries again with each table that changes its route, and each
 * second by itself, always with a dial of its own; between its dials it waits here.
 *
 * <pre>
 *   Dial ── nobody takes it ──► Parked ◄──► Dial ── a task answers ──► Relay
 *                                  └── its time is up, it left, its route went ──► closed
 * </pre>
 */
final class Parked extends Timer implements RelayHalf.Owner {

  private static final Logger LOG = LoggerFactory.getLogger(Parked.class);

  private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

  private final Shard shard;
  private final ParkingLot lot;
  // Of the route that it was parked for: what began there ends there.
  private final RouteCounters counters;
  final RelayHalf client;
  final @Nullable Ends ends;
  final long acceptedNanos;
  private final long parkedNanos;
  private final long untilNanos;

  /** Its place in the line, which it keeps while it tries again. */
  final long number;

  // The route that it was dialled by last, and how that counts it.
  private ServedRoute served;
  private Ticket ticket = Ticket.UNLIMITED;
  private ConnectionResult failure = ConnectionResult.NO_ENDPOINT;
  private @Nullable ByteBuf firstBytes;
  // Its socket is closed only behind the batch of events that ended it, where more may be of it.
  private boolean over;

  Parked(
      Shard shard,
      ParkingLot lot,
      ServedRoute served,
      RelayHalf client,
      @Nullable Ends ends,
      long acceptedNanos,
      long untilNanos,
      long number) {
    this.shard = shard;
    this.lot = lot;
    this.served = served;
    counters = served.counters;
    this.client = client;
    this.ends = ends;
    this.acceptedNanos = acceptedNanos;
    parkedNanos = shard.clock().nanoTime();
    this.untilNanos = untilNanos;
    this.number = number;
  }

  /**
   * Waits, after a dial that found nobody.
   *
   * @param why the dial has failed
   * @param said what the client has said so far, none of which was sent; null if it has not spoken
   * @param held what counts it while it waits
   */
  void await(ConnectionResult why, @Nullable ByteBuf said, Ticket held) {
    failure = why;
    ticket = held;
    firstBytes = said;
    client.handOver(this);
    long restNanos = untilNanos - shard.clock().nanoTime();
    if (lot.isClosed()) {
      end(ParkingEnd.DROPPED, failure);
    } else if (restNanos <= 0) {
      end(ParkingEnd.TIMED_OUT, failure);
    } else if (watch() && !hasLeft()) {
      lot.add(this);
      shard.clock().start(Math.min(RETRY_NANOS, restNanos), this);
      if (lot.served() != served && lot.served().isDialable()) {
        // A table came while it was dialled by the one before.
        shard.execute(this::tryAgain);
      }
    }
  }

  private boolean watch() {
    try {
      client.watchEnd(shard);
      return true;
    } catch (IOException e) {
      LOG.warn("{}: cannot watch a parked client: {}", served.route.port(), e.getMessage());
      end(ParkingEnd.DROPPED, failure);
      return false;
    }
  }

  /** Dials the route as it is now; nothing if it does so already, or waits no more. */
  void tryAgain() {
    if (!lot.remove(this)) {
      return;
    }
    shard.clock().stop(this);
    served = lot.served();
    ByteBuf said = firstBytes;
    firstBytes = null;
    Dial.again(shard, served, ticket, this, said);
  }

  @Override
  void onExpired(long nowNanos) {
    long restNanos = untilNanos - nowNanos;
    if (restNanos <= 0) {
      leaveLot(ParkingEnd.TIMED_OUT, failure);
    } else if (lot.served().isDialable()) {
      tryAgain();
    } else {
      shard.clock().start(Math.min(RETRY_NANOS, restNanos), this);
    }
  }

  @Override
  public void onReady(RelayHalf half) {
    if (!over) {
      hasLeft();
    }
  }

  /**
   * A client that has reset its connection has left, and so has one that has ended it without a
   * word. One that has ended it after a request has said all that it has to say, and waits for an
   * answer: that it may have closed its socket altogether shows only when something is sent to it.
   */
  private boolean hasLeft() {
    if (client.hasFailed() || (client.hasPeerEnded() && !hasSpoken())) {
      leaveLot(ParkingEnd.LEFT, ConnectionResult.CLIENT_GONE);
      return true;
    }
    return false;
  }

  private boolean hasSpoken() {
    try {
      if (firstBytes == null) {
        firstBytes = FirstBytes.read(shard, client);
      }
      return firstBytes != null;
    } catch (IOException e) {
      return false;
    }
  }

  /** The port is served no more. */
  void drop() {
    leaveLot(ParkingEnd.DROPPED, failure);
  }

  @Override
  void abandon() {
    drop();
  }

  @Override
  public void onBroken(RuntimeException e) {
    LOG.warn("{}: parking broke off", served.route.port(), e);
    if (!over) {
      drop();
    }
  }

  private void leaveLot(ParkingEnd end, ConnectionResult result) {
    lot.remove(this);
    shard.clock().stop(this);
    end(end, result);
  }

  private void end(ParkingEnd end, ConnectionResult result) {
    over = true;
    if (end == ParkingEnd.TIMED_OUT && result == ConnectionResult.REFUSED) {
      served.forgetPortOf(client.socket);
    }
    ended(end);
    ticket.leave();
    served.counters.connections(result).increment();
    shard.turnAway(client, firstBytes);
    firstBytes = null;
  }

  /** It waits no more; what becomes of the client is up to the caller. */
  void ended(ParkingEnd end) {
    lot.giveBack();
    counters.parkingEnds(end).increment();
    counters.parkedTime.recordNanos(shard.clock().nanoTime() - parkedNanos);
  }
}
