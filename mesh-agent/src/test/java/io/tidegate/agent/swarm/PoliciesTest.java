package io.tidegate.agent.swarm;

import static io.tidegate.routing.BalancingPolicy.P2C;
import static io.tidegate.routing.BalancingPolicy.ROUND_ROBIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.Policy;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PoliciesTest {

  private final Policies policies = new Policies();

  @Test
  void isP2cWithoutALabel() {
    policies.read("web", Map.of("tidegate.policy", "round-robin"));

    assertThat(policies.of("web").balance()).isEqualTo(P2C);
    assertThat(policies.of("unheard-of")).isEqualTo(Policy.DEFAULT);
  }

  @Test
  void followsTheLabel() {
    label("round-robin");
    assertThat(policies.of("web").balance()).isEqualTo(ROUND_ROBIN);

    label("p2c");
    assertThat(policies.of("web").balance()).isEqualTo(P2C);
  }

  @Test
  void keepsTheLastGoodPolicyWhenTheLabelIsBad() {
    label("round-robin");
    label("fastest");

    assertThat(policies.of("web").balance()).isEqualTo(ROUND_ROBIN);
  }

  @Test
  void countsEachBadLabelOnce() {
    label("fastest");
    label("fastest");
    assertThat(policies.rejected()).isEqualTo(1);

    label("slowest");
    assertThat(policies.rejected()).isEqualTo(2);
  }

  @Test
  void fallsBackToTheDefaultWhenTheLabelIsRemoved() {
    label("round-robin");
    policies.read("web", Map.of());

    assertThat(policies.of("web").balance()).isEqualTo(P2C);
  }

  @Test
  void forgetsServicesThatAreGone() {
    label("round-robin");
    policies.retain(Set.of("dns"));

    assertThat(policies.of("web").balance()).isEqualTo(P2C);
  }

  @Test
  void readsHowManyAnswersEndAUdpSession() {
    policies.read("dns", Map.of("tidegate.udp.responses", "1"));
    assertThat(policies.of("dns")).isEqualTo(new Policy(P2C, 1));

    policies.read("dns", Map.of("tidegate.udp.responses", "-1", "tidegate.balance", "round-robin"));
    assertThat(policies.of("dns")).isEqualTo(new Policy(ROUND_ROBIN, 1));
    assertThat(policies.rejected()).isEqualTo(1);
  }

  private void label(String value) {
    policies.read("web", Map.of("tidegate.balance", value));
  }
}
