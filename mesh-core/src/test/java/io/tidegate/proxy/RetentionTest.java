package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.EndpointCounters;
import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.ShardCounters;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetentionTest {

  private static final RouteKey ROUTE = new RouteKey(8080, "tcp", "s1", "web");
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
    sweepAfter(Duration.ZERO);
    sweepAfter(Duration.ofMinutes(9));
    assertThat(counters.routes).containsKey(ROUTE);
    sweepAfter(Duration.ofMinutes(2));
    assertThat(counters.routes).isEmpty();
  }

  @Test
  void keepsCountersForAsLongAsARelayIsActive() {
    endpoint.relays.increment();
    sweepAfter(Duration.ZERO);
    sweepAfter(Duration.ofMinutes(20));
    assertThat(counters.routes).containsKey(ROUTE);
    endpoint.ended.increment();
    sweepAfter(Duration.ofMinutes(1));
    assertThat(counters.routes).isEmpty();
  }

  private void sweepAfter(Duration time) {
    nowNanos += time.toNanos();
    retention.compare(ROUTE, null, nowNanos);
    retention.sweep(nowNanos);
  }
}
