package io.tidegate.agent.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.source.SourceStatus;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ReadinessTest {

  private static final PublishedPort WEB = PublishedPort.tcp(8080);

  private final FakeView view = new FakeView().withWeb();

  @Test
  void isReadyWhenEveryPortIsBound() {
    assertThat(Readiness.reasons(view)).isEmpty();
  }

  @Test
  void isReadyWithATableThatPublishesNothing() {
    view.table = new RoutingTable(1, new TreeMap<>());
    assertThat(Readiness.reasons(view)).isEmpty();
  }

  @Test
  void staysReadyWhileTheSourceFailsAfterItHadATopology() {
    view.source = new SourceStatus("swarm-rest", FakeView.LAST_SUCCESS, "refused", 4, 0);
    assertThat(Readiness.reasons(view)).isEmpty();
  }

  @Test
  void saysThatNoTopologyWasSeenAndWhy() {
    view.source = new SourceStatus("swarm-rest", null, null, 0, 0);
    assertThat(Readiness.reasons(view)).containsExactly("discovery: swarm-rest: no topology yet");
    view.source = new SourceStatus("swarm-rest", null, "connection refused", 1, 0);
    assertThat(Readiness.reasons(view))
        .containsExactly("discovery: swarm-rest: no topology yet: connection refused");
  }

  @Test
  void saysThatNoTableWasBuiltYet() {
    view.table = RoutingTable.EMPTY;
    assertThat(Readiness.reasons(view)).containsExactly("routing table: none yet");
  }

  @Test
  void namesEachPortThatIsNotBoundAndItsHolder() {
    view.listeners.set(0, new ListenerStatus(WEB, 1, 2, "Address already in use"));
    assertThat(Readiness.reasons(view)).containsExactly("8080/tcp: Address already in use");
    view.holders.put(WEB, "held by dockerd (pid 123)");
    assertThat(Readiness.reasons(view))
        .containsExactly("8080/tcp: Address already in use, held by dockerd (pid 123)");
    view.listeners.clear();
    view.holders.clear();
    assertThat(Readiness.reasons(view)).containsExactly("8080/tcp: not bound yet");
  }

  @Test
  void looksForNoHolderWhenAskedForTheCausesAlone() {
    view.listeners.set(0, new ListenerStatus(WEB, 1, 2, "Address already in use"));
    view.holders.put(WEB, "held by dockerd (pid 123)");
    assertThat(Readiness.causes(view)).containsExactly("8080/tcp: Address already in use");
  }

  @Test
  void isNotReadyWhileNewClientsHaveToWait() {
    view.beOverloaded();
    assertThat(Readiness.reasons(view))
        .containsExactly("agent: overloaded: descriptors 97 % in use");
  }

  @Test
  void asksTheSameOfUdpPorts() {
    PublishedPort dns = new PublishedPort(53, Protocol.UDP);
    Route route = new Route(dns, "s", "dns", BalancingPolicy.P2C, List.of(), List.of(), List.of());
    view.table = new RoutingTable(1, new TreeMap<>(Map.of(dns, route)));
    assertThat(Readiness.reasons(view)).containsExactly("53/udp: not bound yet");

    view.listeners.add(new ListenerStatus(dns, 2, 2, null));
    assertThat(Readiness.reasons(view)).isEmpty();
  }

  @Test
  void isReadyWhereAServiceWantsItsPortBoundElsewhere() {
    view.listeners.set(
        0,
        new ListenerStatus(
            WEB, 0, 2, "nothing to bind: no address on eth1", List.of(), true, false));
    assertThat(Readiness.reasons(view)).isEmpty();
  }

  @Test
  void isNotReadyWhileDraining() {
    view.draining = true;
    assertThat(Readiness.reasons(view)).containsExactly("agent: draining");
  }
}
