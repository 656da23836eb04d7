package io.tidegate.proxy;

import static io.tidegate.routing.TaskState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.EndpointCounters;
import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.ShardCounters;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Node;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.Task;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RetentionTest {

  private static final RouteKey ROUTE = new RouteKey(PublishedPort.tcp(8080), "s1", "web");
  private static final EndpointKey ENDPOINT = new EndpointKey("a", "web.1", "n1");

  private final ShardCounters counters = new ShardCounters();
  private final Retention retention = new Retention(counters);
  private final RouteCounters route = new RouteCounters();
  private final EndpointCounters endpoint = new EndpointCounters();
  private long nowNanos;

  RetentionTest() {
    counters.routes.put(ROUTE, route);
    route.endpoints.put(ENDPOINT, endpoint);
  }

  @Test
  void keepsCountersOfARouteThatIsGoneForTenMinutes() {
    sweepGoneAfter(Duration.ZERO);
    sweepGoneAfter(Duration.ofMinutes(9));
    assertThat(counters.routes).containsKey(ROUTE);
    sweepGoneAfter(Duration.ofMinutes(2));
    assertThat(counters.routes).isEmpty();
  }

  @Test
  void keepsCountersForAsLongAsARelayIsActive() {
    endpoint.relays.increment();
    sweepGoneAfter(Duration.ZERO);
    sweepGoneAfter(Duration.ofMinutes(20));
    assertThat(counters.routes).containsKey(ROUTE);
    endpoint.ended.increment();
    sweepGoneAfter(Duration.ofMinutes(1));
    assertThat(counters.routes).isEmpty();
  }

  @Test
  void keepsCountersOfAnEndpointThatCameBackInTime() {
    compareAfter(Duration.ZERO, served());
    compareAfter(Duration.ofMinutes(9), served(ENDPOINT));
    sweepAfter(Duration.ofMinutes(2));
    assertThat(route.endpoints).containsKey(ENDPOINT);
  }

  @Test
  void letsGoOfAnEndpointThatIsGoneFromARouteThatIsServed() {
    compareAfter(Duration.ZERO, served());
    sweepAfter(Duration.ofMinutes(11));
    assertThat(route.endpoints).isEmpty();
    assertThat(counters.routes).containsKey(ROUTE);
  }

  @Test
  void keepsCountersOfADetourForAsLongAsItsNodeIsThere() {
    EndpointKey detour = new EndpointKey("detour/n2", "detour", "n2");
    route.endpoints.put(detour, new EndpointCounters());
    compareAfter(Duration.ZERO, served(ENDPOINT));
    sweepAfter(Duration.ofMinutes(11));
    assertThat(route.endpoints).containsOnlyKeys(ENDPOINT, detour);
  }

  /** The route with one other node, as it is served with some endpoints. */
  private ServedRoute served(EndpointKey... endpoints) {
    Reach reach = Reach.direct(InetAddress.getLoopbackAddress(), 80, "given by the test");
    Route served =
        new Route(
            ROUTE.port(),
            ROUTE.serviceId(),
            ROUTE.serviceName(),
            BalancingPolicy.P2C,
            Stream.of(endpoints)
                .map(key -> new Task(key.taskId(), key.taskName(), key.nodeId(), RUNNING, reach))
                .map(task -> Endpoint.of(task, 80))
                .toList(),
            List.of(new Node("n2", InetAddress.ofLiteral("192.0.2.2"))),
            List.of());
    RouteLimits limits =
        RouteLimits.of(served.policy(), ProxyConfig.defaults(), null, new Hedging(0));
    return new ServedRoute(
        served,
        route,
        limits,
        null,
        new ConnectStreaks(() -> 0, _ -> {}),
        new SplittableRandom(),
        () -> 0);
  }

  private void compareAfter(Duration time, ServedRoute served) {
    nowNanos += time.toNanos();
    retention.compare(ROUTE, served, nowNanos);
  }

  private void sweepGoneAfter(Duration time) {
    nowNanos += time.toNanos();
    retention.compare(ROUTE, null, nowNanos);
    retention.sweep(nowNanos);
  }

  private void sweepAfter(Duration time) {
    nowNanos += time.toNanos();
    retention.sweep(nowNanos);
  }
}
