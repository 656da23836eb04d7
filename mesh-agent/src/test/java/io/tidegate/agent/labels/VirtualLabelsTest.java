package io.tidegate.agent.labels;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.Access;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Cidr;
import io.tidegate.routing.Policy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VirtualLabelsTest {

  private final ServiceLabels labels = new ServiceLabels();

  @ParameterizedTest
  @CsvSource({"auto, AUTO", "on, ON", "off, OFF"})
  void sayWhetherAServiceIsToHaveThem(String value, VipChoice choice) {
    labels.read("api", Map.of("tidegate.vip", value));

    assertThat(labels.of("api").vip()).isEqualTo(choice);
    assertThat(labels.of("another").vip()).isEqualTo(VipChoice.AUTO);
  }

  @Test
  void keepTheLastGoodChoice() {
    labels.read("api", Map.of("tidegate.vip", "on"));
    labels.read("api", Map.of("tidegate.vip", "yes"));

    assertThat(labels.of("api").vip()).isEqualTo(VipChoice.ON);
    assertThat(labels.rejected()).isEqualTo(1);
  }

  @Test
  void letClientsOfVirtualAddressesBeTreatedLikeThoseOfPublishedPorts() {
    labels.read("api", Map.of("tidegate.balance", "round-robin"));

    assertThat(labels.of("api").virtualPolicy()).isEqualTo(Policy.of(BalancingPolicy.ROUND_ROBIN));
  }

  @Test
  void letThemBeTreatedOtherwise() {
    labels.read(
        "api",
        Map.of(
            "tidegate.balance", "round-robin",
            "tidegate.limit.connections", "7",
            "tidegate.vip.balance", "p2c",
            "tidegate.vip.timeout.idle", "5m"));

    Declared api = labels.of("api");
    assertThat(api.policy().balance()).isEqualTo(BalancingPolicy.ROUND_ROBIN);
    assertThat(api.policy().timeouts().idle()).isNull();
    assertThat(api.virtualPolicy().balance()).isEqualTo(BalancingPolicy.P2C);
    assertThat(api.virtualPolicy().timeouts().idle()).isEqualTo(Duration.ofMinutes(5));
    assertThat(api.virtualPolicy().limits().connections()).isEqualTo(7);
    assertThat(labels.rejected()).isZero();
  }

  @Test
  void keepApartWhoMayCome() {
    labels.read(
        "api", Map.of("tidegate.allow", "192.0.2.0/24", "tidegate.vip.allow", "10.1.0.0/16"));

    assertThat(labels.of("api").virtualPolicy().access())
        .isEqualTo(Access.OPEN.withAllow(List.of(Cidr.parse("10.1.0.0/16"))));
    labels.read("api", Map.of("tidegate.allow", "192.0.2.0/24"));
    assertThat(labels.of("api").virtualPolicy().access()).isEqualTo(Access.OPEN);
  }

  @Test
  void keepTheLastGoodValueOfEach() {
    labels.read("api", Map.of("tidegate.vip.balance", "round-robin"));
    labels.read("api", Map.of("tidegate.vip.balance", "fastest"));

    assertThat(labels.of("api").virtualPolicy().balance()).isEqualTo(BalancingPolicy.ROUND_ROBIN);
    assertThat(labels.rejected()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tidegate.vip.bind",
        "tidegate.vip.nodes",
        "tidegate.vip.hop",
        "tidegate.vip.publish",
        "tidegate.vip.check",
        "tidegate.vip.client-ip",
        "tidegate.vip.proxy-in"
      })
  void haveNoneOfWhatConcernsPublishedPortsAndTasksAlone(String name) {
    labels.read("api", Map.of(name, "off"));

    assertThat(labels.rejected()).isEqualTo(1);
  }
}
