package io.tidegate.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EnumCountersTest {

  private final EnumCounters<ParkingEnd> ends = new EnumCounters<>(ParkingEnd.class);

  @Test
  void haveCountedNothingAtFirst() {
    for (ParkingEnd end : ParkingEnd.values()) {
      assertThat(ends.get(end)).isZero();
    }
  }

  @Test
  void countEachConstantApart() {
    ends.of(ParkingEnd.RELEASED).increment();
    ends.of(ParkingEnd.RELEASED).add(2);
    assertThat(ends.get(ParkingEnd.RELEASED)).isEqualTo(3);
    assertThat(ends.get(ParkingEnd.TIMED_OUT)).isZero();
    assertThat(ends.of(ParkingEnd.RELEASED)).isSameAs(ends.of(ParkingEnd.RELEASED));
  }
}
