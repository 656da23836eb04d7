package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HedgingTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Hedging hedging = new Hedging(0);

  @Test
  void waitsForASecondWhereNothingIsKnown() {
    assertThat(delay()).isBetween(Duration.ofMillis(999), Duration.ofSeconds(1));
  }

  @Test
  void waitsForThreeTimesWhatOneInAHundredExceeds() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 20_000; i++) {
      // One in a hundred takes longer than 99 ms.
      hedging.onAnswer(TimeUnit.MICROSECONDS.toNanos(random.nextInt(100_000)));
    }
    // What doubles and is halved is within a factor of two.
    assertThat(delay()).isBetween(Duration.ofMillis(297 / 2), Duration.ofMillis(2 * 297));
  }

  @Test
  void waitsForATenthOfASecondAtLeastHoweverFastTasksAnswer() {
    answers(5_000, 200);
    assertThat(delay()).isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void waitsLongerAsSoonAsTasksAnswerMoreSlowly() {
    answers(5_000, 200);
    answers(20, 400_000);
    assertThat(delay()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void affordsTenASecondAndOneInFiveConnections() {
    assertThat(paid(1_000, 0, 0)).isEqualTo(10);
    assertThat(paid(1_000, 0, SECOND)).isEqualTo(10);
    assertThat(paid(1_000, 100, SECOND)).isEqualTo(20);
    assertThat(paid(1_000, 100, 3 * SECOND)).isEqualTo(20);
  }

  @Test
  void savesNoMoreThanAHundred() {
    assertThat(paid(1_000, 1_000_000, 1_000 * SECOND)).isEqualTo(100);
  }

  private void answers(int count, int micros) {
    for (int i = 0; i < count; i++) {
      hedging.onAnswer(TimeUnit.MICROSECONDS.toNanos(micros));
    }
  }

  private Duration delay() {
    return Duration.ofNanos(hedging.delayNanos());
  }

  private int paid(int tries, long connections, long nowNanos) {
    int paid = 0;
    for (int i = 0; i < tries; i++) {
      paid += hedging.pay(connections, nowNanos) ? 1 : 0;
    }
    return paid;
  }
}
