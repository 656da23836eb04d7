package io.tidegate.bench.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {

  private static final Scale SMALL = new Scale(30, 3, 100, 1_000, 4);

  private static Outcome run(long seed, Fault fault, boolean isShared) {
    return new Simulation(SMALL, seed, fault, isShared).run(_ -> {});
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void everyInvariantHolds(long seed) {
    Outcome outcome = run(seed, Fault.NONE, true);

    assertThat(outcome.convergenceMillis().count()).isGreaterThan(1_000);
    assertThat(outcome.failoverMillis().count()).isPositive();
    assertThat(outcome.replacedTasks()).isGreaterThanOrEqualTo(40);
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    Outcome one = run(3, Fault.NONE, true);
    Outcome other = run(3, Fault.NONE, true);

    assertThat(other.convergenceMillis()).isEqualTo(one.convergenceMillis());
    assertThat(other.perNode()).isEqualTo(one.perNode());
    assertThat(other.tables()).isEqualTo(one.tables());
  }

  @Test
  void aStoreForEachNodeGivesWhatASharedOneDoes() {
    Outcome shared = run(1, Fault.NONE, true);
    Outcome apart = run(1, Fault.NONE, false);

    assertThat(apart.replicas()).isGreaterThan(2 * shared.replicas());
    assertThat(apart.perNode()).isEqualTo(shared.perNode());
    assertThat(apart.failoverMillis()).isEqualTo(shared.failoverMillis());
  }

  @ParameterizedTest
  @CsvSource({
    "1, DEAF_TO_STOPS, a task that is gone is picked",
    "1, WHOLE_WITHOUT_TASKS, a route is lost",
    "3, DEAF_TO_STARTS, tables differ at the end"
  })
  void whatAnAgentDoesWrongIsFound(long seed, Fault fault, String invariant) {
    assertThatThrownBy(() -> run(seed, fault, true))
        .isInstanceOf(BrokenException.class)
        .hasMessageStartingWith(invariant)
        .hasMessageContaining("on node node");
  }
}
