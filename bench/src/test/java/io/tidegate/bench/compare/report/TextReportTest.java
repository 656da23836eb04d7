package io.tidegate.bench.compare.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextReportTest {

  private final String text =
      new TextReport(
              SampleResults.results(),
              List.of("nginx"),
              List.of(new Bar("tidegate", "bulk-1-up", 0.45, List.of("nginx"))))
          .render();

  @Test
  void showsMedianRangeAndRatio() {
    assertThat(text).containsPattern("haproxy +0\\.500 +0\\.400 – 0\\.600 +0\\.6[23]");
  }

  @Test
  void showsWhetherABarIsMet() {
    assertThat(text).containsPattern("bulk-1-up +pass +0\\.250 +≤ 0\\.360 +0\\.45 × nginx");
  }

  @Test
  void saysLoudlyWhoHasFailed() {
    assertThat(text).containsPattern("tidegate +FAILED");
    assertThat(text).contains("tidegate: 9 bytes sent, 8 received (connect-close)");
  }

  @Test
  void saysWhoWasNotMeasuredAndWhy() {
    assertThat(text).contains("haproxy: not installed (connect-close)");
  }
}
