package io.tidegate.agent.vip;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.vip.FollowedVips.Network;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.VirtualIp;
import io.tidegate.routing.VirtualPort;
import io.tidegate.routing.VirtualRoute;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FollowedVipsTest {

  private static final Inet4Address ONE = Inet4Address.ofLiteral("10.0.1.1");
  private static final Inet4Address TWO = Inet4Address.ofLiteral("10.0.1.2");

  private final FollowedVips followed = new FollowedVips();
  private ChunkedMap<VirtualPort, VirtualRoute> routes = ChunkedMap.empty();
  private long version;

  private void add(String network, InetAddress address, Protocol protocol, String service) {
    add(new VirtualIp(network, network, address).in("/netns/" + network), protocol, service);
  }

  private void add(VirtualIp ip, Protocol protocol, String service) {
    Route route =
        new Route(
            new PublishedPort(1, 65_535, protocol),
            service,
            service,
            BalancingPolicy.P2C,
            List.of(),
            List.of(),
            List.of());
    routes = routes.with(VirtualPort.of(ip, protocol), new VirtualRoute(ip, route));
    follow();
  }

  private void remove(String network, InetAddress address, Protocol protocol) {
    routes = routes.without(new VirtualPort(network, address, protocol));
    follow();
  }

  private static Map.Entry<String, Network> network(String id, Inet4Address... addresses) {
    return Map.entry(id, new Network(Path.of("/netns", id), Set.of(addresses)));
  }

  private void follow() {
    followed.follow(new RoutingTable(++version, Map.of()).with(routes));
  }

  @Test
  void hasAnAddressAsLongAsAnyProtocolIsServed() {
    add("a", ONE, Protocol.TCP, "s");
    add("a", ONE, Protocol.UDP, "s");
    assertThat(followed.all()).containsExactly(network("a", ONE));

    remove("a", ONE, Protocol.TCP);
    assertThat(followed.all()).containsExactly(network("a", ONE));
    remove("a", ONE, Protocol.UDP);
    assertThat(followed.all()).isEmpty();
  }

  @Test
  void keepsNetworksApart() {
    add("a", ONE, Protocol.TCP, "s");
    add("a", TWO, Protocol.TCP, "t");
    add("b", ONE, Protocol.TCP, "s");
    assertThat(followed.all()).containsExactly(network("a", ONE, TWO), network("b", ONE));

    remove("a", ONE, Protocol.TCP);
    assertThat(followed.all()).containsExactly(network("a", TWO), network("b", ONE));
  }

  @Test
  void isNotConcernedWithWhoseAnAddressIs() {
    add("a", ONE, Protocol.TCP, "s");
    add("a", ONE, Protocol.TCP, "t");
    remove("a", ONE, Protocol.TCP);
    assertThat(followed.all()).isEmpty();
  }

  @Test
  void knowsWhereTheSandboxOfANetworkIsNow() {
    add("a", ONE, Protocol.TCP, "s");
    add(new VirtualIp("a", "a", ONE).in("/elsewhere"), Protocol.TCP, "s");
    assertThat(followed.all())
        .containsExactly(Map.entry("a", new Network(Path.of("/elsewhere"), Set.of(ONE))));
  }

  @Test
  void leavesOutWhatIsNotOfIpv4() {
    add("a", InetAddress.ofLiteral("fd00::1"), Protocol.TCP, "s");
    assertThat(followed.all()).isEmpty();
  }
}
