package io.tidegate.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LatencyTest {

  private final Latency latency = new Latency();

  @Test
  void addsUpEverythingThatWasEverRecorded() {
    latency.recordNanos(1_000_000);
    assertThat(read().getTotalCount()).isEqualTo(1);
    latency.recordNanos(2_000_000);
    assertThat(read().getTotalCount()).isEqualTo(2);
    assertThat(read().getTotalCount()).isEqualTo(2);
    assertThat(read().getMaxValue()).isBetween(1_980L, 2_020L);
  }

  @Test
  void holdsMicrosecondsAndHoursAlike() {
    latency.recordNanos(20_000);
    latency.recordNanos(5L * 3_600 * 1_000_000_000);
    assertThat(read().getMinValue()).isEqualTo(20);
    assertThat(read().getMaxValue()).isGreaterThan(5L * 3_590 * 1_000_000);
  }

  @Test
  void addsNothingBeforeTheFirstRecord() {
    assertThat(read().getTotalCount()).isZero();
  }

  private Histogram read() {
    Histogram sum = new Histogram(2);
    latency.addTo(sum);
    return sum;
  }
}
