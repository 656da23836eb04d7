package io.tidegate.bench.compare.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumbersTest {

  @Test
  void showsThreeDigitsThatMatter() {
    assertThat(Numbers.shortened(1234.5)).isEqualTo("1235");
    assertThat(Numbers.shortened(123.45)).isEqualTo("123");
    assertThat(Numbers.shortened(12.345)).isEqualTo("12.3");
    assertThat(Numbers.shortened(1.2345)).isEqualTo("1.23");
    assertThat(Numbers.shortened(0.12345)).isEqualTo("0.123");
    assertThat(Numbers.shortened(0.0012345)).isEqualTo("0.00123");
  }

  @Test
  void showsNothingAndLessThanNothing() {
    assertThat(Numbers.shortened(0)).isEqualTo("0");
    assertThat(Numbers.shortened(-12.345)).isEqualTo("-12.3");
  }
}
