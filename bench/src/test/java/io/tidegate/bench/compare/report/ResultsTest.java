package io.tidegate.bench.compare.report;

import static io.tidegate.bench.compare.report.SampleResults.BULK;
import static io.tidegate.bench.compare.report.SampleResults.CLOSE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResultsTest {

  private final Results results = SampleResults.results();

  @Test
  void sumsUpTheRounds() {
    assertThat(results.summary(BULK.id(), "haproxy")).contains(new Summary(0.50, 0.40, 0.60, 3));
  }

  @Test
  void givesNoValueToWhomeverHasFailedInAnyRound() {
    assertThat(results.summary(CLOSE.id(), "tidegate")).isEmpty();
    assertThat(results.ratio(CLOSE.id(), "tidegate", "nginx")).isEmpty();
  }

  @Test
  void dividesMedians() {
    assertThat(results.ratio(BULK.id(), "tidegate", "haproxy")).contains(0.5);
  }

  @Test
  void showsThoseWithAValueOrAProblem() {
    assertThat(results.rows(CLOSE)).containsExactly("haproxy", "nginx", "tidegate");
  }
}
