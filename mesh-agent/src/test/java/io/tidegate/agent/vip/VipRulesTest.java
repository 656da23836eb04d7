package io.tidegate.agent.vip;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VipRulesTest {

  private static final String TEXT = new VipRules("10.0.1.4", 41_234).text();

  @Test
  void isNamedAfterTheAgentsSockets() {
    assertThat(new VipRules("10.0.1.4", 41_234).chain()).isEqualTo("port_41234");
    assertThat(TEXT).contains("  chain port_41234 {\n");
  }

  @Test
  void changesNothingBeforeASocketIsFound() {
    assertThat(TEXT.lines().filter(line -> line.contains("tproxy")))
        .isNotEmpty()
        .allMatch(
            line -> !line.substring(0, line.indexOf("tproxy")).matches(".*\\b(set|update)\\b.*"))
        .allMatch(line -> line.contains("tproxy ip to 10.0.1.4:41234 "));
  }

  @Test
  void asksForTheAddressOfNewFlowsAlone() {
    assertThat(TEXT.lines().filter(line -> line.contains("ip daddr @addresses")))
        .hasSize(2)
        .allMatch(line -> line.contains("ct state new ct status & confirmed == 0"));
  }

  @Test
  void callsAConnectionItsOwnOnlyBehindIpvs() {
    // IPVS takes what it knows at 98 and 99 of input.
    assertThat(
            TEXT.lines()
                .filter(line -> line.contains("ct mark set 0x7476") && line.contains("tcp")))
        .containsExactly(
            "    tcp flags & (fin | syn | rst | ack) == syn ct mark 0x7475 ct mark set 0x7476");
    assertThat(TEXT.substring(TEXT.indexOf("chain kept")))
        .contains("type filter hook input priority 110;");
  }

  @Test
  void leavesNothingToBeFilledIn() {
    assertThat(TEXT + VipRules.MEMORY).doesNotContain("$").doesNotContain("%");
  }
}
