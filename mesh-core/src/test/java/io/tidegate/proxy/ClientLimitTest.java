package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.RouteKey;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Limits;
import io.tidegate.routing.Policy;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClientLimitTest {

  private static final long SECOND = 1_000_000_000;

  private RoutingTable table = RoutingTable.EMPTY;
  private long nowNanos;
  private ChunkedMap<RouteKey, ClientLimit> limits = ChunkedMap.empty();

  @Test
  void goesOnCountingWhereTheLimitIsAnother() {
    publish(route(1, 2));
    assertThat(refusal(limit(1))).isNull();
    assertThat(refusal(limit(1))).isNull();
    assertThat(refusal(limit(1))).isEqualTo(ConnectionResult.LIMIT);
    publish(route(1, 3));
    assertThat(refusal(limit(1))).isNull();
    assertThat(refusal(limit(1))).isEqualTo(ConnectionResult.LIMIT);
  }

  @Test
  void saysWhichLimitTurnsAClientAway() {
    publish(route(1, new Limits(9, 8, 7, 6)));
    assertThat(refusals(1, 7)).containsOnly(null, ConnectionResult.SOURCE_RATE_LIMIT).hasSize(2);
    nowNanos += SECOND;
    assertThat(refusals(1, 2)).containsOnly(null, ConnectionResult.SOURCE_LIMIT).hasSize(2);
    assertThat(refusals(2, 3)).containsOnly(null, ConnectionResult.LIMIT).hasSize(2);
    publish(route(1, new Limits(0, 8, 7, 6)));
    nowNanos += SECOND;
    assertThat(refusals(3, 5)).containsOnlyNulls();
    assertThat(refusals(4, 4)).containsOnly(null, ConnectionResult.RATE_LIMIT).hasSize(2);
  }

  @Test
  void takesNothingOfTheRoutesRateForClientsThatTheirSourceTurnsAway() {
    publish(route(1, new Limits(0, 10, 0, 1)));
    refusals(1, 50);
    assertThat(limit(1).enter(2, nowNanos).refusal()).isNull();
    for (int source = 3; source <= 10; source++) {
      assertThat(limit(1).enter(source, nowNanos).refusal()).isNull();
    }
    assertThat(limit(1).enter(11, nowNanos).refusal()).isEqualTo(ConnectionResult.RATE_LIMIT);
  }

  @Test
  void countsNobodyThatItTurnsAway() {
    publish(route(1, new Limits(1, 100, 2, 100)));
    Ticket held = limit(1).enter(1, nowNanos);
    refusals(1, 50);
    held.leave();
    assertThat(limit(1).enter(1, nowNanos).refusal()).isNull();
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

  private static @Nullable ConnectionResult refusal(ClientLimit limit) {
    return limit.enter(1, 0).refusal();
  }

  /** How so many clients of one address fare, each way once. */
  private Set<@Nullable ConnectionResult> refusals(long address, int clients) {
    Set<@Nullable ConnectionResult> refusals = new HashSet<>();
    for (int i = 0; i < clients; i++) {
      refusals.add(limit(1).enter(address, nowNanos).refusal());
    }
    return refusals;
  }

  private void publish(Route... routes) {
    Map<PublishedPort, Route> byPort =
        Stream.of(routes).collect(Collectors.toMap(Route::port, Function.identity()));
    RoutingTable next = new RoutingTable(table.version() + 1, byPort);
    limits = ClientLimit.of(next, table, limits, nowNanos);
    table = next;
  }

  private ClientLimit limit(int port) {
    Route route = Objects.requireNonNull(table.routes().get(PublishedPort.tcp(port)));
    return Objects.requireNonNull(limits.get(RouteKey.of(route)));
  }

  private static Route route(int port, int connections) {
    return route(port, Limits.NONE.withConnections(connections));
  }

  private static Route route(int port, Limits limits) {
    return new Route(
        PublishedPort.tcp(port),
        "s" + port,
        "web",
        Policy.DEFAULT.withLimits(limits),
        List.of(),
        List.of(),
        List.of());
  }
}
