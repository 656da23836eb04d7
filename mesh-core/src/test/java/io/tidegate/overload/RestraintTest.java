package io.tidegate.overload;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestraintTest {

  @ParameterizedTest
  @CsvSource({
    "0, 100, false",
    "0.85, 100, false",
    "0.86, 91, false",
    "0.90, 55, false",
    "0.9499, 10, false",
    "0.95, 10, true",
    "1.7, 10, true"
  })
  void shortensIdleTimeoutsBeforeItPauses(double pressure, int idlePercent, boolean isPaused) {
    assertThat(Restraint.NONE.next(pressure)).isEqualTo(new Restraint(idlePercent, isPaused));
  }

  @Test
  void pausesUntilThereIsClearlyMoreLeft() {
    Restraint paused = Restraint.NONE.next(0.96);
    assertThat(paused.next(0.94).isPaused()).isTrue();
    assertThat(paused.next(0.90).isPaused()).isTrue();
    assertThat(paused.next(0.8999).isPaused()).isFalse();
    assertThat(paused.next(0.8999).next(0.94).isPaused()).isFalse();
  }

  @Test
  void leavesASecondOfATimeoutThatIsLonger() {
    Restraint restraint = new Restraint(10, true);
    assertThat(restraint.shorten(Duration.ofHours(1).toNanos()))
        .isEqualTo(Duration.ofMinutes(6).toNanos());
    assertThat(restraint.shorten(Duration.ofSeconds(5).toNanos()))
        .isEqualTo(Duration.ofSeconds(1).toNanos());
    assertThat(restraint.shorten(Duration.ofMillis(300).toNanos()))
        .isEqualTo(Duration.ofMillis(300).toNanos());
    assertThat(Restraint.NONE.shorten(7)).isEqualTo(7);
  }
}
