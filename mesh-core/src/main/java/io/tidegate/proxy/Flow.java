package io.tidegate.proxy;

import io.netty.buffer.ByteBuf;
import io.tidegate.kernel.Errno;
import io.tidegate.kernel.Pipe;
import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.Counter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a relay: what one half says, passed on to the other, its end included. Begins by
 * copying through the shard's one buffer; after reads that filled it, bytes are spliced in the
 * kernel, until there are few at a time again.
 *
 * <pre>
 *   copy ── two full reads ──► splice ── two small chunks, or no pipe to be had ──► copy
 * </pre>
 */
final class Flow {

  private static final int FULL_READS_TO_SPLICE = 2;
  private static final int SMALL_CHUNKS_TO_COPY = 2;
  private static final int SMALL_CHUNK_BYTES = 32 << 10;

  private final Shard shard;
  private final Relay relay;
  private final RelayHalf from;
  private final RelayHalf to;
  private final CloseCause resetOfFrom;
  private final CloseCause resetOfTo;
  private final Counter[] counters;

  // Read but not yet taken by the receiver: in one of the two, or in neither.
  private @Nullable ByteBuf kept;
  private @Nullable Pipe pipe;
  private boolean ended;
  private boolean passedEnd;
  private boolean splicing;
  private int streak;
  private boolean wrote;

  /**
   * @param counters each counts the bytes that pass
   */
  Flow(Relay relay, RelayHalf from, RelayHalf to, boolean isUpward, Counter... counters) {
    this.relay = relay;
    this.shard = relay.shard();
    this.from = from;
    this.to = to;
    resetOfFrom = isUpward ? CloseCause.CLIENT_RESET : CloseCause.TASK_RESET;
    resetOfTo = isUpward ? CloseCause.TASK_RESET : CloseCause.CLIENT_RESET;
    this.counters = counters;
    splicing =
        shard.config().relay().mode() == RelayMode.SPLICE && from.readsBare() && to.writesBare();
  }

  boolean hasPassedEnd() {
    return passedEnd;
  }

  /**
   * Goes on with what the dial has read.
   *
   * @param first the bytes, of which the dial has sent those before its reader index
   * @param headerBytes how many of them nobody has said, and are not counted
   */
  void begin(ByteBuf first, int headerBytes) {
    wrote = first.readerIndex() > 0;
    count(first.writerIndex() - headerBytes);
    if (first.isReadable()) {
      kept = first;
    } else {
      shard.release(first);
    }
  }

  /** Passes on what there is, as far as both sides and the budget of a wake-up allow. */
  void move() {
    int budget = shard.config().relay().bytesPerWakeup();
    while (passOnHeld()) {
      if (ended) {
        passOnEnd();
        return;
      }
      if (!from.readable || !to.isWritable()) {
        return;
      }
      if (budget <= 0) {
        relay.yieldToOthers();
        return;
      }
      budget -= splicing ? splice() : copy();
    }
  }

  /** Gives back whatever is held; the relay is over. */
  void release() {
    if (kept != null) {
      shard.release(kept);
      kept = null;
    }
    if (pipe != null) {
      shard.pipes().giveBack(pipe);
      pipe = null;
    }
  }

  // --- copying ---

  /** Reads once and writes once; returns the bytes read. */
  private int copy() {
    int read;
    try {
      read = from.read(shard);
    } catch (IOException e) {
      relay.end(resetOfFrom);
      return 0;
    }
    ended = read < 0 || from.hasSaidAll();
    if (read <= 0) {
      return 0;
    }
    considerSplicing(read == Shard.BUFFER_BYTES);
    count(read);
    write(read);
    return read;
  }

  private void considerSplicing(boolean isFull) {
    streak = isFull ? streak + 1 : 0;
    if (streak >= FULL_READS_TO_SPLICE && mayBeSpliced()) {
      splicing = true;
      streak = 0;
      // A socket that is asked for room too has something to tell each time it is asked for bytes.
      from.settle();
    }
  }

  private boolean mayBeSpliced() {
    return shard.config().relay().mode() != RelayMode.COPY && from.readsBare() && to.goBare();
  }

  private void write(int length) {
    int written;
    try {
      beforeWrite();
      written = to.write(shard, length);
    } catch (IOException e) {
      relay.end(resetOfTo);
      return;
    }
    if (written < length) {
      to.onWriteRefused();
      kept = shard.keep(shard.buffer(), written, length);
    }
  }

  // --- splicing ---

  /** Splices once from the socket and once to the other; returns the bytes taken. */
  private int splice() {
    Pipe leased = shard.pipes().lease();
    if (leased == null) {
      return copy();
    }
    int taken;
    try {
      taken = leased.fillFrom(from.socket);
    } catch (IOException e) {
      shard.pipes().giveBack(leased);
      return onSpliceFailed(e);
    }
    if (taken == 0) {
      shard.pipes().giveBack(leased);
      return onNothingSpliced();
    }
    considerCopying(taken);
    count(taken);
    pipe = leased;
    drainPipe(leased);
    return taken;
  }

  private void considerCopying(int taken) {
    streak = taken < SMALL_CHUNK_BYTES ? streak + 1 : 0;
    if (streak >= SMALL_CHUNKS_TO_COPY && shard.config().relay().mode() == RelayMode.ADAPTIVE) {
      splicing = false;
      streak = 0;
    }
  }

  /**
   * Zero is "nothing there" and "no more to come" alike; where the latter is possible, a read can
   * tell them apart.
   */
  private int onNothingSpliced() {
    if (from.hasPeerEnded() || from.hasFailed()) {
      return copy();
    }
    from.readable = false;
    return 0;
  }

  /**
   * Some sockets cannot be spliced, which is no fault of theirs; any other error was told once and
   * must not be lost.
   */
  private int onSpliceFailed(IOException e) {
    if (!Errno.isUnsupported(e)) {
      relay.end(resetOfFrom);
      return 0;
    }
    splicing = false;
    streak = Integer.MIN_VALUE;
    return copy();
  }

  // --- what the receiver did not take at once ---

  /** Passes on what is held; false when it is not all gone yet or the relay is over. */
  private boolean passOnHeld() {
    if (relay.isOver()) {
      return false;
    }
    if (kept == null && pipe == null) {
      return true;
    }
    if (!to.isWritable()) {
      return false;
    }
    return (kept == null || drainKept(kept)) && (pipe == null || drainPipe(pipe));
  }

  private boolean drainKept(ByteBuf held) {
    try {
      beforeWrite();
      held.skipBytes(to.write(shard, held));
    } catch (IOException e) {
      relay.end(resetOfTo);
      return false;
    }
    relay.onMoved();
    if (held.isReadable()) {
      to.onWriteRefused();
      return false;
    }
    kept = null;
    shard.release(held);
    return true;
  }

  private boolean drainPipe(Pipe held) {
    try {
      beforeWrite();
      while (!held.isEmpty()) {
        if (held.drainTo(to.socket) == 0) {
          to.onWriteRefused();
          return false;
        }
        relay.onMoved();
      }
    } catch (IOException e) {
      relay.end(resetOfTo);
      return false;
    }
    pipe = null;
    shard.pipes().giveBack(held);
    return true;
  }

  private void beforeWrite() throws IOException {
    if (wrote) {
      to.writeAgain();
    }
    wrote = true;
  }

  private void passOnEnd() {
    if (passedEnd) {
      return;
    }
    boolean isLast = relay.hasPassedEndBefore(this);
    try {
      // Closing says the same, and costs less.
      boolean isClosing = isLast && !to.mayServeAgain();
      passedEnd = isClosing || to.endOutput(shard, isLast);
    } catch (IOException e) {
      // A reset has arrived that epoll is yet to tell of.
      relay.end(resetOfTo);
      return;
    }
    if (!passedEnd) {
      to.onWriteRefused();
    } else if (isLast) {
      relay.end(CloseCause.FINISHED);
    }
  }

  private void count(int bytes) {
    for (Counter counter : counters) {
      counter.add(bytes);
    }
    relay.onMoved();
    relay.onRead(from);
  }
}
