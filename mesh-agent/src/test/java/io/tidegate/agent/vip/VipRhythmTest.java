package io.tidegate.agent.vip;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class VipRhythmTest {

  private long nowNanos;
  private final VipRhythm rhythm = new VipRhythm(() -> nowNanos);

  private List<Long> restMillis(int looks) {
    return Stream.generate(() -> rhythm.restNanos() / 1_000_000).limit(looks).toList();
  }

  @Test
  void looksEveryTwoSecondsWhereNothingChanges() {
    assertThat(restMillis(3)).containsExactly(2_000L, 2_000L, 2_000L);
  }

  @Test
  void looksShortlyAfterAChangeAndThenLessAndLess() {
    rhythm.onChange();
    assertThat(restMillis(7)).containsExactly(100L, 200L, 400L, 800L, 1_600L, 2_000L, 2_000L);
    rhythm.onChange();
    assertThat(restMillis(2)).containsExactly(100L, 200L);
    rhythm.onChange();
    assertThat(restMillis(2)).containsExactly(100L, 200L);
  }

  @Test
  void comparesEveryTenSecondsHoweverOftenItLooks() {
    assertThat(isComparisonDueAfter(Duration.ofMillis(9_999))).isFalse();
    assertThat(isComparisonDueAfter(Duration.ofMillis(1))).isTrue();
    assertThat(isComparisonDueAfter(Duration.ZERO)).isFalse();
    assertThat(isComparisonDueAfter(Duration.ofSeconds(9))).isFalse();
    assertThat(isComparisonDueAfter(Duration.ofSeconds(2))).isTrue();
  }

  private boolean isComparisonDueAfter(Duration time) {
    nowNanos += time.toNanos();
    return rhythm.isComparisonDue();
  }
}
