package io.tidegate.agent.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationTextTest {

  @ParameterizedTest
  @CsvSource({"250ms,PT0.25S", "4s,PT4S", "90s,PT1M30S", "10m,PT10M", "1h,PT1H", "0ms,PT0S"})
  void readsAndPrintsOneNumberWithOneUnit(String text, Duration duration) {
    assertThat(DurationText.parse(text)).isEqualTo(duration);
    assertThat(DurationText.format(duration)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"4", "4 s", "-4s", "1h30m", "PT4S", "s", "", "1.5s", "9999999999s"})
  void refusesEverythingElse(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DurationText.parse(text))
        .withMessage(text + " (expected: a number and its unit, as in 250ms, 4s, 10m or 1h)");
  }
}
