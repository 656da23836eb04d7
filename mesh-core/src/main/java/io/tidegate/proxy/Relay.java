package io.tidegate.proxy;

import io.netty.buffer.ByteBuf;
import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.EndpointCounters;
import io.tidegate.overload.Restraint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client and a task, coupled: the same half twice, each passing on what the other sends, its end
 * and its reset. Over when both ends were passed on. While idle it holds no buffer: bytes go
 * through the shard's one.
 */
final class Relay extends Timer implements RelayHalf.Owner, Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Shard shard;
  private final ServedRoute served;
  private final EndpointRelays relays;
  private final EndpointCounters endpointCounters;
  private final RelayHalf downstream;
  private final RelayHalf upstream;
  private final Flow toTask;
  private final Flow toClient;
  private final long acceptedNanos;
  private final Ticket ticket;

  // Of the ring of its endpoint alone, both; none once it is over.
  @Nullable Relay previousInRing;
  @Nullable Relay nextInRing;

  private long lastMoveNanos;
  private boolean answered;
  private boolean yielded;
  private boolean settled;
  private boolean givenUp;
  private boolean over;

  /**
   * @param index of the endpoint in its route, whose load counts this relay already
   * @param upstream connected and registered; the downstream half is neither yet
   * @param ticket what counts the client until the relay ends
   */
  Relay(
      Shard shard,
      ServedRoute served,
      int index,
      RelayHalf downstream,
      RelayHalf upstream,
      long acceptedNanos,
      Ticket ticket) {
    this.shard = shard;
    this.served = served;
    this.ticket = ticket;
    relays = served.relays(index, shard.clock());
    endpointCounters = served.countersOf(index);
    this.downstream = downstream;
    this.upstream = upstream;
    toTask =
        new Flow(
            this, downstream, upstream, true, served.counters.bytesIn, endpointCounters.bytesIn);
    toClient =
        new Flow(
            this, upstream, downstream, false, served.counters.bytesOut, endpointCounters.bytesOut);
    this.acceptedNanos = acceptedNanos;
    lastMoveNanos = shard.clock().coarseNanoTime();
  }

  /**
   * Begins to relay.
   *
   * @param first what the client has said already, whether or not it was sent; null if it has not
   * @param headerBytes how many of them are not the client's but tell the task of it
   */
  void begin(@Nullable ByteBuf first, int headerBytes) {
    shard.clock().start(Math.min(SETTLE_NANOS, idleTimeoutNanos()), this);
    relays.add(this);
    endpointCounters.relays.increment();
    downstream.handOver(this);
    upstream.handOver(this);
    downstream.assumeWritable();
    if (first != null) {
      toTask.begin(first, headerBytes);
    }
    ByteBuf said = upstream.takeSaid();
    if (said != null) {
      toClient.begin(said, 0);
    }
    moveBothWays();
    if (!over) {
      watchDownstream();
    }
  }

  private void watchDownstream() {
    try {
      downstream.register(shard, downstream.isWritable());
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("{}: cannot watch a client's socket: {}", served.route.port(), e.getMessage());
      end(CloseCause.AGENT_STOPPED);
    }
  }

  @Override
  public void onReady(RelayHalf half) {
    moveBothWays();
  }

  /** Its turn again, after it has yielded. */
  @Override
  public void run() {
    yielded = false;
    moveBothWays();
  }

  private void moveBothWays() {
    if (!over) {
      toTask.move();
    }
    if (!over) {
      toClient.move();
    }
  }

  Shard shard() {
    return shard;
  }

  boolean isOver() {
    return over;
  }

  /** Whether the end of the other direction was passed on already. */
  boolean hasPassedEndBefore(Flow flow) {
    return (flow == toTask ? toClient : toTask).hasPassedEnd();
  }

  void onMoved() {
    lastMoveNanos = shard.clock().coarseNanoTime();
  }

  /** When anything moved last, as coarse as {@link ShardClock#coarseNanoTime}. */
  long lastMoveNanos() {
    return lastMoveNanos;
  }

  void onRead(RelayHalf half) {
    if (half.equals(upstream) && !answered) {
      answered = true;
      served.counters.firstByte.recordNanos(shard.clock().nanoTime() - acceptedNanos);
    }
  }

  void yieldToOthers() {
    if (!yielded) {
      yielded = true;
      shard.yieldTo(this);
    }
  }

  @Override
  void onExpired(long nowNanos) {
    long idleNanos = nowNanos - lastMoveNanos;
    long limitNanos = idleTimeoutNanos();
    if (idleNanos >= limitNanos) {
      end(CloseCause.IDLE);
    } else if (isPastDue(nowNanos, shard.admission().restraint())) {
      end(CloseCause.OVERLOAD);
    } else {
      settle();
      shard.clock().start(limitNanos - idleNanos, this);
    }
  }

  @Override
  boolean isPastDue(long nowNanos, Restraint restraint) {
    return nowNanos - lastMoveNanos >= restraint.shorten(idleTimeoutNanos());
  }

  private long idleTimeoutNanos() {
    return served.limits.idleTimeoutNanos();
  }

  /** It has lasted for a while: worth what a short connection is spared. */
  private void settle() {
    downstream.settle();
    upstream.settle();
    if (!settled) {
      settled = true;
      watchTask();
    }
  }

  /**
   * The task seems to be gone: unless it says soon that it is not, the relay ends, whose client
   * would wait in vain. It stays on short notice.
   */
  void giveUp() {
    if (!givenUp) {
      givenUp = true;
      settled = true;
      watchTask();
    }
  }

  private void watchTask() {
    try {
      if (givenUp) {
        upstream.socket.keepAliveBriefly();
      } else {
        upstream.socket.keepAlive();
      }
    } catch (IOException e) {
      LOG.debug("{}: no keepalive: {}", served.route.port(), e.getMessage());
    }
  }

  @Override
  public void onBroken(RuntimeException e) {
    LOG.warn("{}: relay broke off", served.route.port(), e);
    end(CloseCause.AGENT_STOPPED);
  }

  @Override
  void abandon() {
    end(CloseCause.AGENT_STOPPED);
  }

  void end(CloseCause cause) {
    if (over) {
      return;
    }
    over = true;
    shard.admission().clientLeft();
    ticket.leave();
    shard.clock().stop(this);
    toTask.release();
    toClient.release();
    relays.remove(this);
    endpointCounters.ended.increment();
    served.counters.closes(cause).increment();
    served.counters.duration.recordNanos(shard.clock().nanoTime() - acceptedNanos);
    if (cause == CloseCause.FINISHED) {
      downstream.finish(shard);
      finishUpstream();
    } else {
      shard.reset(downstream);
      shard.reset(upstream);
    }
  }

  private void finishUpstream() {
    if (givenUp) {
      // It is watched as no other client's connection should be.
      shard.retire(upstream);
    } else {
      upstream.finish(shard);
    }
  }
}
