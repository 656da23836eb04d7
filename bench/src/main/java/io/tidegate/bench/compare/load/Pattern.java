package io.tidegate.bench.compare.load;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/**
 * What every payload is made of: an endless stream of bytes that is the same everywhere, so that a
 * byte's position tells its value. The period is prime: a block lost, doubled or moved shows.
 */
final class Pattern {

  static final int PERIOD = 65_521;

  /** The longest piece that stands in memory in one run, whatever its position. */
  static final int MAX_RUN = 256 << 10;

  private static final MemorySegment BYTES = fill();

  private Pattern() {}

  /** Where in memory the bytes from a position on stand, {@link #MAX_RUN} of them. */
  static long address(long position) {
    return BYTES.address() + position % PERIOD;
  }

  /** The first bytes from a position on. */
  static MemorySegment at(long position, int length) {
    return BYTES.asSlice(position % PERIOD, length);
  }

  static boolean matches(MemorySegment bytes, int from, int length, long position) {
    long start = position % PERIOD;
    return MemorySegment.mismatch(bytes, from, from + (long) length, BYTES, start, start + length)
        < 0;
  }

  private static MemorySegment fill() {
    byte[] bytes = new byte[PERIOD];
    new SplittableRandom(1).nextBytes(bytes);
    MemorySegment all = Arena.global().allocate(PERIOD + MAX_RUN);
    for (int i = 0; i < PERIOD + MAX_RUN; i++) {
      all.set(ValueLayout.JAVA_BYTE, i, bytes[i % PERIOD]);
    }
    return all;
  }
}
