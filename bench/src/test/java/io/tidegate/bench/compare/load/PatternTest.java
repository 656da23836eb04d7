package io.tidegate.bench.compare.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class PatternTest {

  private static final int LENGTH = 100_000;

  private final MemorySegment bytes = Arena.ofAuto().allocate(LENGTH);

  @Test
  void matchesItselfAtEveryPositionOfThePeriod() {
    for (long position : new long[] {0, 1, Pattern.PERIOD - 1, Pattern.PERIOD, 1L << 40}) {
      bytes.copyFrom(Pattern.at(position, LENGTH));
      assertThat(Pattern.matches(bytes, 0, LENGTH, position)).isTrue();
    }
  }

  @Test
  void noticesOneChangedByte() {
    bytes.copyFrom(Pattern.at(5, LENGTH));
    byte last = bytes.get(ValueLayout.JAVA_BYTE, LENGTH - 1);
    bytes.set(ValueLayout.JAVA_BYTE, LENGTH - 1, (byte) (last + 1));
    assertThat(Pattern.matches(bytes, 0, LENGTH, 5)).isFalse();
  }

  @Test
  void noticesThatABlockWasLost() {
    bytes.copyFrom(Pattern.at(64 << 10, LENGTH));
    assertThat(Pattern.matches(bytes, 0, LENGTH, 0)).isFalse();
  }
}
