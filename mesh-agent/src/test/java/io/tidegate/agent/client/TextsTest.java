package io.tidegate.agent.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextsTest {

  @ParameterizedTest
  @CsvSource({
    "0.42, 0.42 ms",
    "42.1, 42.1 ms",
    "3200, 3.20 s",
    "12000, 12s",
    "-0.42, -0.42 ms",
    "-9000, -9.00 s",
    "-12000, -12s",
    "-180000, -3m"
  })
  void keepsTheSignOfALag(double millis, String text) {
    assertThat(Texts.millis(millis)).isEqualTo(text);
  }
}
