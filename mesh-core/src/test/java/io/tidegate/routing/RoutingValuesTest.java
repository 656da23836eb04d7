package io.tidegate.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoutingValuesTest {

  @Test
  void parsesPublishedPortsWithAndWithoutProtocol() {
    assertThat(PublishedPort.parse("8080")).isEqualTo(PublishedPort.tcp(8080));
    assertThat(PublishedPort.parse("53/udp")).isEqualTo(new PublishedPort(53, Protocol.UDP));
    assertThat(PublishedPort.parse("53/udp")).hasToString("53/udp");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "65536", "-1", "http", "80/", "80/sctp", "", "80/tcp/udp"})
  void refusesBadPublishedPortsNamingValueAndWhatIsAllowed(String text) {
    assertThatThrownBy(() -> PublishedPort.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(expected: ");
  }

  @Test
  void refusesABadPolicyNamingValueAndWhatIsAllowed() {
    assertThat(BalancingPolicy.parse("round-robin")).isEqualTo(BalancingPolicy.ROUND_ROBIN);
    assertThatThrownBy(() -> BalancingPolicy.parse("random"))
        .hasMessage("random (expected: p2c or round-robin)");
  }

  @Test
  void refusesBadParkingNamingValueAndWhatIsAllowed() {
    assertThatThrownBy(() -> Parking.DEFAULT.withClients(65_537))
        .hasMessage("65537 (expected: 0 to 65536)");
    assertThatThrownBy(() -> Parking.DEFAULT.withTimeout(Duration.ofSeconds(61)))
        .hasMessage("PT1M1S (expected: more than 0, at most PT1M)");
  }
}
