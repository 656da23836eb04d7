package io.tidegate.proxy;

import io.tidegate.kernel.Pipe;
import io.tidegate.metrics.Counter;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The pipes of a shard. A relay leases one only while there are bytes in it: with receivers that
 * keep up, one pipe serves them all. An unprivileged user has 64 MiB of pipe pages in all, so their
 * number is bounded.
 */
final class PipePool {

  // Less than this is no gain over copying; the kernel grants two pages when the user's budget is
  // used up.
  private static final int SMALLEST_USEFUL_BYTES = 64 << 10;

  private final int pipeBytes;
  private final int most;
  private final Counter refusals;
  private final Counter leased;
  private final ArrayDeque<Pipe> idle = new ArrayDeque<>();
  private int open;

  /**
   * @param most how many pipes there may be at once
   * @param refusals counts the leases that could not be granted
   * @param leased the leases that there are now
   */
  PipePool(int pipeBytes, int most, Counter refusals, Counter leased) {
    this.pipeBytes = pipeBytes;
    this.most = most;
    this.refusals = refusals;
    this.leased = leased;
  }

  /** An empty pipe, or null when none is to be had: whoever asks copies instead. */
  @Nullable Pipe lease() {
    Pipe pipe = idle.pollLast();
    if (pipe == null) {
      pipe = open < most ? openOne() : null;
    }
    if (pipe == null) {
      refusals.increment();
    } else {
      leased.increment();
    }
    return pipe;
  }

  private @Nullable Pipe openOne() {
    try {
      Pipe pipe = Pipe.open(pipeBytes);
      if (pipe.capacityBytes() < SMALLEST_USEFUL_BYTES) {
        pipe.close();
        return null;
      }
      open++;
      return pipe;
    } catch (IOException e) {
      return null;
    }
  }

  /** Takes a pipe back; one that still holds bytes of a relay that is over is closed with them. */
  void giveBack(Pipe pipe) {
    leased.add(-1);
    if (pipe.isEmpty()) {
      idle.addLast(pipe);
    } else {
      pipe.close();
      open--;
    }
  }

  /** Closes every pipe that nobody leases. */
  void close() {
    idle.forEach(Pipe::close);
    open -= idle.size();
    idle.clear();
  }
}
