package io.tidegate.bench.sim;

import java.util.SplittableRandom;

/** The delays of a LAN: 0.2 to 2 ms one way, and 50 ms for one in two hundred. */
final class Network {

  /** What a machine can send: 10 Gbit/s. */
  private static final long PICOS_PER_BYTE = 800;

  private static final int SLOW_ONE_IN = 200;
  private static final long SLOW_NANOS = 50 * Timeline.MILLI;
  private static final long MIN_NANOS = 200_000;
  private static final long MAX_NANOS = 2 * Timeline.MILLI;

  private final Timeline time;
  private final SplittableRandom random;

  Network(Timeline time, SplittableRandom random) {
    this.time = time;
    this.random = random;
  }

  long delayNanos() {
    return random.nextInt(SLOW_ONE_IN) == 0 ? SLOW_NANOS : random.nextLong(MIN_NANOS, MAX_NANOS);
  }

  /** A machine's way into the network: one byte after the other. */
  final class Uplink {
    private long freeNanos;

    /** When what is sent now has left. */
    long send(int bytes) {
      freeNanos = Math.max(freeNanos, time.nanoTime()) + bytes * PICOS_PER_BYTE / 1_000;
      return freeNanos;
    }
  }
}
