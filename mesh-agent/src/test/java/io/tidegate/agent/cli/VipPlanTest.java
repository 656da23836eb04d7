package io.tidegate.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.labels.VipChoice;
import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.merge.VipScope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VipPlanTest {

  @ParameterizedTest
  @CsvSource({
    "AUTO, ABSENT,   ALL",
    "AUTO, LOADABLE, ASKED",
    "AUTO, PRESENT,  ASKED",
    "ON,   ABSENT,   ALL",
    "ON,   PRESENT,  ALL",
    "OFF,  ABSENT,   NONE",
    "OFF,  PRESENT,  NONE"
  })
  void asksTheKernelOnlyWhereNobodyHasSaid(VipChoice told, Ipvs.State ipvs, VipScope scope) {
    assertThat(VipPlan.of(told, new Ipvs(ipvs, "by the test")).scope()).isEqualTo(scope);
  }
}
