package io.tidegate.agent.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.agent.source.SourceStatus;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.Node;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServingTest {

  private static final PublishedPort WEB = PublishedPort.tcp(8080);

  private final FakeView view = new FakeView().withWeb();

  @ParameterizedTest
  @ValueSource(strings = {"web", "8080", "8080/tcp"})
  void servesAServiceWithATaskByNameAndByPort(String wanted) {
    assertThat(Serving.of(view, wanted)).isEqualTo(new Serving(true, List.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"wep", "8081", "8080/udp", ""})
  void knowsNothingElse(String wanted) {
    Serving serving = Serving.of(view, wanted);
    assertThat(serving.isKnown()).isFalse();
    assertThat(serving.reasons())
        .containsExactly(
            wanted + ": no service with a published port, nor such a port (nearest: web)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"80800", "8080/sctp"})
  void refusesAPortThatThereCannotBe(String wanted) {
    assertThatThrownBy(() -> Serving.of(view, wanted)).hasMessageContaining("(expected: ");
  }

  @Test
  void saysThatNothingIsPublishedAtAll() {
    view.table = new RoutingTable(1, new TreeMap<>());
    assertThat(Serving.of(view, "web").reasons())
        .containsExactly("web: no service publishes a port");
  }

  @Test
  void servesNothingWhileNewClientsHaveToWait() {
    view.beOverloaded();
    assertThat(Serving.of(view, "web").reasons())
        .containsExactly("agent: overloaded: descriptors 97 % in use");
  }

  @Test
  void doesNotServeAPortThatIsNotBound() {
    view.listeners.set(0, new ListenerStatus(WEB, 0, 2, "Address already in use"));
    assertThat(Serving.of(view, "web").reasons())
        .containsExactly("8080/tcp web: Address already in use");
    view.listeners.clear();
    assertThat(Serving.of(view, "web").reasons()).containsExactly("8080/tcp web: not bound yet");
  }

  @Test
  void servesTasksThatOnlyOtherNodesReach() {
    withoutEndpoints(route().detours());
    assertThat(Serving.of(view, "web").isServing()).isTrue();
  }

  @Test
  void doesNotServeWhatNoTaskAnswersFor() {
    withoutEndpoints(List.of());
    assertThat(Serving.of(view, "web").reasons())
        .containsExactly("8080/tcp web: no task takes connections (1 draining, 1 unreachable)");
  }

  @Test
  void servesNothingWhileDraining() {
    view.draining = true;
    assertThat(Serving.of(view, "web")).isEqualTo(new Serving(true, List.of("agent: draining")));
  }

  @Test
  void servesNothingBeforeATopologyIsKnown() {
    view.source = new SourceStatus("swarm-rest", null, null, 0, 0);
    assertThat(Serving.of(view, "web"))
        .isEqualTo(new Serving(true, List.of("discovery: swarm-rest: no topology yet")));
  }

  private Route route() {
    return Objects.requireNonNull(view.table.routes().get(WEB));
  }

  private void withoutEndpoints(List<Node> detours) {
    Route web = route();
    Route without =
        new Route(
            WEB,
            web.serviceId(),
            web.serviceName(),
            web.policy(),
            List.of(),
            detours,
            web.withheld());
    view.table = new RoutingTable(8, new TreeMap<>(Map.of(WEB, without)));
  }
}
