package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.RouteKey;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Policy;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClientLimitTest {

  private RoutingTable table = RoutingTable.EMPTY;
  private ChunkedMap<RouteKey, ClientLimit> limits = ChunkedMap.empty();

  @Test
  void goesOnCountingWhereTheLimitIsAnother() {
    publish(route(1, 2));
    assertThat(limit(1).enter()).isTrue();
    assertThat(limit(1).enter()).isTrue();
    assertThat(limit(1).enter()).isFalse();
    publish(route(1, 3));
    assertThat(limit(1).enter()).isTrue();
    assertThat(limit(1).enter()).isFalse();
  }

  @Test
  void staysTheSameWhereAnotherRouteChanges() {
    publish(route(1, 2), route(2, 2));
    ClientLimit before = limit(1);
    publish(route(1, 2), route(2, 5), route(3, 1));
    assertThat(limit(1)).isSameAs(before);
  }

  @Test
  void goesWithItsRouteOrItsPolicy() {
    publish(route(1, 2), route(2, 2), route(3, 0));
    assertThat(limits).hasSize(2);
    publish(route(2, 0));
    assertThat(limits).isEmpty();
  }

  private void publish(Route... routes) {
    Map<PublishedPort, Route> byPort =
        Stream.of(routes).collect(Collectors.toMap(Route::port, Function.identity()));
    RoutingTable next = new RoutingTable(table.version() + 1, byPort);
    limits = ClientLimit.of(next, table, limits);
    table = next;
  }

  private ClientLimit limit(int port) {
    Route route = Objects.requireNonNull(table.routes().get(PublishedPort.tcp(port)));
    return Objects.requireNonNull(limits.get(RouteKey.of(route)));
  }

  private static Route route(int port, int connections) {
    return new Route(
        PublishedPort.tcp(port),
        "s" + port,
        "web",
        Policy.DEFAULT.withConnections(connections),
        List.of(),
        List.of(),
        List.of());
  }
}
