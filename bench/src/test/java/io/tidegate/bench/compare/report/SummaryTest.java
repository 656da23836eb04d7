package io.tidegate.bench.compare.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SummaryTest {

  @Test
  void takesTheMiddleOfAnOddNumber() {
    assertThat(Summary.of(3, 1, 9)).isEqualTo(new Summary(3, 1, 9, 3));
  }

  @Test
  void takesTheMeanOfTheTwoInTheMiddleOfAnEvenNumber() {
    assertThat(Summary.of(4, 1, 9, 2)).isEqualTo(new Summary(3, 1, 9, 4));
  }

  @Test
  void leavesTheValuesInTheirOrder() {
    double[] values = {3, 1, 2};
    Summary.of(values);
    assertThat(values).containsExactly(3, 1, 2);
  }

  @Test
  void refusesToSumUpNothing() {
    assertThatThrownBy(Summary::of)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("values: none (expected: one or more)");
  }
}
