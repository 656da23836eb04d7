package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.HopKey;
import io.tidegate.routing.HopOffer;
import io.tidegate.routing.HopOffers;
import io.tidegate.routing.HopWay;
import io.tidegate.routing.Node;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaysTest {

  private static final Policy TRANSPARENT =
      Policy.DEFAULT.withClientAddress(ClientAddress.DEFAULT.withTold(ClientIp.TRANSPARENT));
  private static final Publication WEB = new Publication(PublishedPort.tcp(8080), 80);
  private static final InetAddress ADDRESS = InetAddress.ofLiteral("10.0.0.7");
  private static final Reach OVERLAY = Reach.overlay(ADDRESS, "ingress_sbox", "given by the test");
  private static final HopOffer OFFER =
      new HopOffer(
          new InetSocketAddress(InetAddress.ofLiteral("10.0.0.3"), 9_182),
          "ingress_sbox",
          "own",
          new HopKey(new byte[HopKey.BYTES]));
  private static final Node WITH_OFFER =
      new Node("other", "n2", InetAddress.ofLiteral("192.0.2.2"), new HopOffers(OFFER, null));
  private static final HopOffer TUNNEL =
      new HopOffer(
          new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 40_000),
          null,
          "own",
          new HopKey(new byte[HopKey.BYTES]));
  private static final Node WITH_BOTH =
      new Node("other", "n2", InetAddress.ofLiteral("192.0.2.2"), new HopOffers(OFFER, TUNNEL));
  private static final Node WITH_TUNNEL =
      new Node("other", "n2", InetAddress.ofLiteral("192.0.2.2"), new HopOffers(null, TUNNEL));
  private static final Policy TLS = Policy.DEFAULT.withHop(HopWay.TLS);
  private static final Publication DNS = new Publication(new PublishedPort(53, Protocol.UDP), 5353);
  private static final Node WITHOUT = new Node("other", "n2", InetAddress.ofLiteral("192.0.2.2"));

  @Test
  void leadsStraightToATaskThatNeedNotKnowItsClient() {
    assertThat(reach(Policy.DEFAULT, OVERLAY, WITH_OFFER)).isEqualTo(OVERLAY);
  }

  @Test
  void passesAClientWhoseAddressTheTaskIsToSee() {
    Endpoint endpoint = endpoint(TRANSPARENT, OVERLAY, WITH_OFFER);
    assertThat(endpoint.reach().kind()).isEqualTo(Reach.Kind.HOP);
    assertThat(endpoint.reach().hop()).isEqualTo(OFFER);
    assertThat(endpoint.reach().fixedPort()).isEqualTo(8080);
    assertThat(endpoint.reach().reason())
        .isEqualTo(
            "through the agent on its node: from here, it would not see its client's address");
  }

  @Test
  void goesStraightWhereTheOtherAgentTakesNoClients() {
    assertThat(reach(TRANSPARENT, OVERLAY, WITHOUT)).isEqualTo(OVERLAY);
  }

  @Test
  void dialsATaskOfThisNodeItself() {
    Reach local = Reach.local(ADDRESS, "given by the test");
    assertThat(reach(TRANSPARENT, local, WITH_OFFER)).isEqualTo(local);
  }

  @Test
  void leadsUdpTheSameWays() {
    Task task = new Task("task", "dns.1", "other", TaskState.RUNNING, OVERLAY);
    Endpoint endpoint = new Ways(TRANSPARENT, DNS, List.of(WITH_OFFER)).endpoint(task);
    assertThat(endpoint.reach().kind()).isEqualTo(Reach.Kind.HOP);
    assertThat(endpoint.reach().fixedPort()).isEqualTo(53);
  }

  @Test
  void passesAClientOnWhereNoOtherWayLeads() {
    Endpoint endpoint = endpoint(Policy.DEFAULT, Reach.none("no way"), WITH_OFFER);
    assertThat(endpoint.state()).isEqualTo(EndpointState.READY);
    assertThat(endpoint.reach().reason()).isEqualTo("through the agent on its node: no way");
  }

  @Test
  void prefersTheIngressNetwork() {
    assertThat(reach(TRANSPARENT, OVERLAY, WITH_BOTH).hop()).isEqualTo(OFFER);
  }

  @Test
  void goesByTlsWhereThereIsNoOtherWay() {
    Reach reach = reach(Policy.DEFAULT, Reach.none("no way"), WITH_TUNNEL);
    assertThat(reach.hop()).isEqualTo(TUNNEL);
    assertThat(reach.address()).isEqualTo(WITH_TUNNEL.address());
    assertThat(reach.reason()).isEqualTo("through the agent on its node, by TLS: no way");
  }

  @Test
  void goesByTlsAloneWhereItsServiceWantsThat() {
    assertThat(reach(TLS, OVERLAY, WITH_BOTH).hop()).isEqualTo(TUNNEL);
    assertThat(reach(TLS, OVERLAY, WITH_BOTH).reason())
        .isEqualTo("through the agent on its node, by TLS: its service wants that");
    Reach without = reach(TLS, OVERLAY, WITH_OFFER);
    assertThat(without.kind()).isEqualTo(Reach.Kind.NONE);
    assertThat(without.reason()).isEqualTo("the agent on its node takes no clients by TLS");
    assertThat(reach(TLS, Reach.none("no way"), WITH_OFFER).reason())
        .isEqualTo("no way; the agent on its node takes no clients by TLS");
  }

  @Test
  void staysOnTheIngressNetworkWhereItsServiceWantsThat() {
    Policy overlay = TRANSPARENT.withHop(HopWay.OVERLAY);
    assertThat(reach(overlay, OVERLAY, WITH_TUNNEL)).isEqualTo(OVERLAY);
    assertThat(reach(overlay, OVERLAY, WITH_BOTH).hop()).isEqualTo(OFFER);
  }

  @Test
  void passesNoDatagramsByTls() {
    String none = "no datagrams are passed by TLS to the agent on its node";
    assertThat(datagrams(TLS, OVERLAY, WITH_BOTH)).isEqualTo(Reach.none(none));
    assertThat(datagrams(Policy.DEFAULT, Reach.none("no way"), WITH_TUNNEL))
        .isEqualTo(Reach.none("no way; " + none));
    assertThat(datagrams(TRANSPARENT, OVERLAY, WITH_TUNNEL)).isEqualTo(OVERLAY);
    assertThat(datagrams(TRANSPARENT, OVERLAY, WITH_BOTH).hop()).isEqualTo(OFFER);
  }

  private static Reach datagrams(Policy policy, Reach reach, Node other) {
    Task task = new Task("task", "dns.1", "other", TaskState.RUNNING, reach);
    return new Ways(policy, DNS, List.of(other)).endpoint(task).reach();
  }

  private static Reach reach(Policy policy, Reach reach, Node other) {
    return endpoint(policy, reach, other).reach();
  }

  private static Endpoint endpoint(Policy policy, Reach reach, Node other) {
    Task task = new Task("task", "web.1", "other", TaskState.RUNNING, reach);
    return new Ways(policy, WEB, List.of(other)).endpoint(task);
  }
}
