package io.tidegate.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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

  @Test
  void keepsVirtualPortsOfEachNetworkTogetherInTheOrderOfTheirAddresses() {
    List<VirtualPort> sorted =
        Stream.of(
                virtual("b", "10.0.0.9", Protocol.TCP),
                virtual("a", "10.0.0.200", Protocol.UDP),
                virtual("a", "10.0.0.9", Protocol.UDP),
                virtual("a", "10.0.0.9", Protocol.TCP))
            .sorted()
            .toList();
    assertThat(sorted)
        .extracting(port -> port.networkId() + " " + port)
        .containsExactly("a 10.0.0.9/tcp", "a 10.0.0.9/udp", "a 10.0.0.200/udp", "b 10.0.0.9/tcp");
  }

  private static VirtualPort virtual(String network, String address, Protocol protocol) {
    return new VirtualPort(network, InetAddress.ofLiteral(address), protocol);
  }

  @Test
  void leavesToPublishedPortsWhoMayComeHowTheyAreKnownAndWhere() {
    Policy published =
        Policy.of(BalancingPolicy.ROUND_ROBIN)
            .withConnections(7)
            .withAccess(Access.OPEN.withDeny(List.of(Cidr.parse("10.0.0.0/8"))))
            .withBind(new Bind(List.of(Bind.Place.parse("eth1"))))
            .withNodes(List.of(NodeRule.parse("node.role==manager")))
            .withHop(HopWay.TLS);
    assertThat(published.insideNetworks())
        .isEqualTo(Policy.of(BalancingPolicy.ROUND_ROBIN).withConnections(7));
    assertThat(Policy.DEFAULT.insideNetworks()).isSameAs(Policy.DEFAULT);
  }

  @Test
  void isAnotherTableWithOtherVirtualRoutes() {
    VirtualIp ip = new VirtualIp("a", "a", InetAddress.ofLiteral("10.0.0.9")).in("/netns");
    VirtualPort port = VirtualPort.of(ip, Protocol.TCP);
    Route route =
        new Route(port.ports(), "s", "s", BalancingPolicy.P2C, List.of(), List.of(), List.of());
    RoutingTable with =
        RoutingTable.EMPTY.with(ChunkedMap.copyOf(Map.of(port, new VirtualRoute(ip, route))));
    assertThat(with.isSameAs(RoutingTable.EMPTY)).isFalse();
    assertThat(with.isSameAs(with.with(with.virtual()))).isTrue();
  }
}
