package io.tidegate.bench.compare.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BarTest {

  private final Results results = SampleResults.results();

  @Test
  void isMetUpToTheFactorTimesThePeer() {
    assertThat(verdict(new Bar("tidegate", "bulk-1-up", 0.5, List.of("haproxy"))).isMet()).isTrue();
    assertThat(verdict(new Bar("tidegate", "bulk-1-up", 0.49, List.of("haproxy"))).isMet())
        .isFalse();
  }

  @Test
  void isSetByTheCheapestOfSeveralPeers() {
    Bar.Verdict verdict = verdict(new Bar("tidegate", "bulk-1-up", 1, List.of("nginx", "haproxy")));
    assertThat(verdict.limit()).contains(0.50);
    assertThat(verdict.describeLimit()).isEqualTo("1.00 × haproxy");
  }

  @Test
  void needsNoPeerWhereItIsAbsolute() {
    assertThat(verdict(new Bar("tidegate", "bulk-1-up", 0.2, List.of())).isMet()).isFalse();
  }

  @Test
  void isNotKnownWithoutAPeerOrAValue() {
    assertThat(verdict(new Bar("tidegate", "bulk-1-up", 1, List.of("envoy"))).isKnown()).isFalse();
    assertThat(verdict(new Bar("tidegate", "connect-close", 1, List.of("nginx"))).isKnown())
        .isFalse();
  }

  private Bar.Verdict verdict(Bar bar) {
    return bar.judge(results);
  }
}
