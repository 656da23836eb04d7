package io.tidegate.agent.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.Latencies;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.metrics.RouteKey;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.VirtualRoute;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is counted of clients of virtual addresses. */
class VirtualMetricsTest {

  private static final String WEB = "service=\"web\",port=\"8080\",proto=\"tcp\"";

  private final FakeView view = new FakeView().withWeb();
  private final MetricsPage page =
      new MetricsPage(new MeshCollector(view, true, () -> FakeView.NOW));

  @Test
  void countsClientsOfVirtualAddressesApartByTheirNetwork() throws IOException {
    view.routeVirtual();
    assertThat(scrape().seriesOf("tidegate_connections_active")).hasSize(1);
    RouteCounters counters = new RouteCounters();
    counters.connections(ConnectionResult.OK).add(3);
    RouteKey key = RouteKey.of(view.table.virtual().values().getFirst());
    view.shards.get(0).routes.put(key, counters);
    Exposition metrics = scrape();
    String inside = "service=\"web\",port=\"1-65535\",proto=\"tcp\",network=\"backend\"";
    assertThat(metrics.value("tidegate_connections_total{" + inside + ",result=\"ok\"}"))
        .isEqualTo(3);
    assertThat(metrics.value("tidegate_connections_total{" + WEB + ",result=\"ok\"}")).isZero();
  }

  @Test
  void tellsLatenciesOfVirtualAddressesByNetworkAlone() throws IOException {
    view.routeVirtual();
    Latencies shared = new Latencies();
    for (VirtualRoute route : view.table.virtual().values()) {
      RouteCounters counters = new RouteCounters(shared);
      counters.connect.recordNanos(TimeUnit.MILLISECONDS.toNanos(2));
      view.shards.get(0).routes.put(RouteKey.of(route), counters);
    }
    Exposition metrics = scrape();
    String connects = "tidegate_connect_duration_seconds_count{";
    assertThat(metrics.value(connects + "network=\"backend\",proto=\"tcp\"}")).isEqualTo(2);
    assertThat(metrics.value(connects + WEB + "}")).isZero();
    assertThat(metrics.seriesOf("tidegate_connect_duration_seconds_count")).hasSize(3);
  }

  @Test
  void callsANetworkTheSameWhenItsLastAddressIsGone() throws IOException {
    view.routeVirtual();
    view.callVirtual();
    List<String> before = scrape().seriesOf("tidegate_connections_active");
    assertThat(before).anyMatch(series -> series.contains("network=\"backend\""));
    view.table = view.table.with(ChunkedMap.empty());
    assertThat(scrape().seriesOf("tidegate_connections_active")).isEqualTo(before);
  }

  @Test
  void tellsHowVirtualAddressesFare() throws IOException {
    view.serveVips("setns: EPERM");
    Exposition metrics = scrape();
    assertThat(metrics.value("tidegate_vips{network=\"backend\"}")).isEqualTo(2);
    assertThat(metrics.value("tidegate_vips_released")).isZero();
    assertThat(metrics.value("tidegate_vip_failures_total")).isEqualTo(4);
  }

  private Exposition scrape() throws IOException {
    return new Exposition(page.answer(new Request(null, new Query(null))).body());
  }
}
