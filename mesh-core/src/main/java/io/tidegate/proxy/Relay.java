package io.tidegate.proxy;

import io.netty.buffer.ByteBuf;
import io.tidegate.balance.EndpointLoad;
import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.Counter;
import io.tidegate.metrics.EndpointCounters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client and a task, coupled: the same half twice, each passing on what the other sends, its end
 * and its reset. Over when both ends were passed on. While idle it holds no buffer: bytes go
 * through the shard's one.
 */
final class Relay implements RelayHalf.Owner, Timers.Expiring, Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

  private final Shard shard;
  private final ServedRoute served;
  private final EndpointLoad load;
  private final EndpointCounters endpointCounters;
  private final RelayHalf downstream;
  private final RelayHalf upstream;
  private final long acceptedNanos;

  private long timer = Timers.NONE;
  private long lastMoveNanos;
  private boolean answered;
  private boolean yielded;
  private boolean over;

  /**
   * @param index of the endpoint in its route, whose load counts this relay already
   * @param upstream connected and registered; the downstream half is neither yet
   */
  Relay(
      Shard shard,
      ServedRoute served,
      int index,
      RelayHalf downstream,
      RelayHalf upstream,
      long acceptedNanos) {
    this.shard = shard;
    this.served = served;
    load = served.load(index);
    endpointCounters = served.countersOf(index);
    this.downstream = downstream;
    this.upstream = upstream;
    this.acceptedNanos = acceptedNanos;
    lastMoveNanos = shard.coarseNanoTime();
  }

  /**
   * Begins to relay.
   *
   * @param dialTimer still running; when it fires it is this relay's turn to look whether it is
   *     idle, so that a short connection needs one timer and not two
   */
  void begin(long dialTimer) {
    timer = dialTimer;
    shard.handOverTimer(dialTimer, this);
    endpointCounters.relays.increment();
    downstream.handOver(this);
    upstream.handOver(this);
    try {
      downstream.register(shard);
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
      move(downstream, upstream);
    }
    if (!over) {
      move(upstream, downstream);
    }
  }

  /** Passes on what one half has to say, as far as both sides allow. */
  private void move(RelayHalf from, RelayHalf to) {
    int budget = shard.config().bytesPerWakeup();
    while (passOnPending(from, to)) {
      if (from.ended) {
        passOnEnd(from, to);
        return;
      }
      if (!from.readable || !to.writable) {
        return;
      }
      if (budget <= 0) {
        yieldToOthers();
        return;
      }
      budget -= moveOnce(from, to);
    }
  }

  /** Reads once and writes once; returns the bytes read. */
  private int moveOnce(RelayHalf from, RelayHalf to) {
    ByteBuffer buffer = shard.buffer();
    int limit = shard.readLimit();
    int read;
    try {
      read = from.socket.recvAddress(shard.bufferAddress(), 0, limit);
    } catch (IOException e) {
      end(from == downstream ? CloseCause.CLIENT_RESET : CloseCause.TASK_RESET);
      return 0;
    }
    if (read < 0) {
      from.ended = true;
      return 0;
    }
    // A short read has emptied the socket (epoll(7)), unless the peer's end may be right behind.
    if (read == 0 || (read < limit && !from.hungUp)) {
      from.readable = false;
    }
    if (read > 0) {
      count(from, read);
      write(from, to, buffer, read);
    }
    return read;
  }

  private void write(RelayHalf from, RelayHalf to, ByteBuffer buffer, int length) {
    int written;
    try {
      written = to.socket.sendAddress(shard.bufferAddress(), 0, length);
    } catch (IOException e) {
      end(to == downstream ? CloseCause.CLIENT_RESET : CloseCause.TASK_RESET);
      return;
    }
    if (written < length) {
      to.writable = false;
      from.pending = shard.keep(buffer, written, length);
    }
  }

  /** Writes what was kept; false when it is not all gone yet or the relay is over. */
  private boolean passOnPending(RelayHalf from, RelayHalf to) {
    ByteBuf pending = from.pending;
    if (over || pending == null) {
      return !over;
    }
    if (!to.writable) {
      return false;
    }
    ByteBuffer bytes = pending.internalNioBuffer(pending.readerIndex(), pending.readableBytes());
    int written;
    try {
      written = to.socket.send(bytes, bytes.position(), bytes.limit());
    } catch (IOException e) {
      end(to == downstream ? CloseCause.CLIENT_RESET : CloseCause.TASK_RESET);
      return false;
    }
    pending.skipBytes(written);
    lastMoveNanos = shard.coarseNanoTime();
    if (pending.isReadable()) {
      to.writable = false;
      return false;
    }
    from.pending = null;
    shard.release(pending);
    return true;
  }

  private void passOnEnd(RelayHalf from, RelayHalf to) {
    if (from.passedEnd) {
      return;
    }
    from.passedEnd = true;
    if (to.passedEnd) {
      // The other direction has ended before: closing says the same as a shutdown would, and costs
      // less.
      end(CloseCause.FINISHED);
      return;
    }
    try {
      to.socket.shutdown(false, true);
    } catch (IOException | NotYetConnectedException e) {
      // Netty's word for ENOTCONN: a reset has arrived that epoll is yet to tell of.
      end(to == downstream ? CloseCause.CLIENT_RESET : CloseCause.TASK_RESET);
    }
  }

  private void count(RelayHalf from, int bytes) {
    lastMoveNanos = shard.coarseNanoTime();
    Counter route = from == downstream ? served.counters.bytesIn : served.counters.bytesOut;
    Counter endpoint = from == downstream ? endpointCounters.bytesIn : endpointCounters.bytesOut;
    route.add(bytes);
    endpoint.add(bytes);
    if (from == upstream && !answered) {
      answered = true;
      served.counters.firstByte.recordNanos(shard.nanoTime() - acceptedNanos);
    }
  }

  private void yieldToOthers() {
    if (!yielded) {
      yielded = true;
      shard.yieldTo(this);
    }
  }

  @Override
  public void onExpired(long nowNanos) {
    timer = Timers.NONE;
    long idleNanos = nowNanos - lastMoveNanos;
    long limitNanos = shard.config().idleTimeout().toNanos();
    if (idleNanos >= limitNanos) {
      end(CloseCause.IDLE);
    } else {
      timer = shard.startTimerNanos(limitNanos - idleNanos, this);
    }
  }

  @Override
  public void onBroken(RuntimeException e) {
    LOG.warn("{}: relay broke off", served.route.port(), e);
    end(CloseCause.AGENT_STOPPED);
  }

  @Override
  public void abandon() {
    end(CloseCause.AGENT_STOPPED);
  }

  private void end(CloseCause cause) {
    if (over) {
      return;
    }
    over = true;
    shard.stopTimer(timer);
    load.end();
    endpointCounters.ended.increment();
    served.counters.closes(cause).increment();
    served.counters.duration.recordNanos(shard.nanoTime() - acceptedNanos);
    if (cause == CloseCause.FINISHED) {
      shard.retire(downstream);
      shard.retire(upstream);
    } else {
      shard.reset(downstream);
      shard.reset(upstream);
    }
  }
}
