package io.tidegate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.bench.AllocationGate.Gated;
import io.tidegate.bench.AllocationGate.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Picks, relay hops and datagrams allocate nothing, and the gate would tell if they did. */
@Timeout(120)
class AllocationGateIT {

  static final List<Gated> GATED = AllocationGate.GATED;

  @ParameterizedTest
  @FieldSource("GATED")
  void allocatesNothing(Gated gated) throws Exception {
    assertThat(AllocationGate.judge(gated)).isNotEmpty().allMatch(Verdict::isGood);
  }

  @Test
  void failsWhatAllocates() throws Exception {
    assertThat(AllocationGate.judge(new Gated("AcceptToRelayBenchmark", Map.of())))
        .singleElement()
        .matches(verdict -> !verdict.isGood());
  }
}
