package io.tidegate.agent.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tidegate.agent.source.PeerStatus;
import io.tidegate.agent.source.SourceStatus;
import io.tidegate.agent.source.TunnelStatus;
import io.tidegate.agent.source.TunnelStatus.Counts;
import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.metrics.EndpointCounters;
import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.ParkingEnd;
import io.tidegate.metrics.ProxyHeaderResult;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MeshCollectorTest {

  private static final String WEB = "service=\"web\",port=\"8080\",proto=\"tcp\"";
  private static final EndpointKey TASK = new EndpointKey("t1", "web.1", "n1");

  private final FakeView view = new FakeView().withWeb();

  @Test
  void countsConnectionsByResultOverAllShards() throws IOException {
    view.counters(0, "s1").connections(ConnectionResult.OK).add(3);
    view.counters(1, "s1").connections(ConnectionResult.OK).add(4);
    view.counters(1, "s1").connections(ConnectionResult.NO_ENDPOINT).add(2);
    view.counters(0, "s1").closes(CloseCause.CLIENT_RESET).add(1);
    view.counters(0, "s1").connectRetries.add(5);
    view.counters(1, "s1").detours.add(6);
    view.counters(1, "s1").panicPicks.add(9);
    Exposition metrics = scrape();
    assertThat(metrics.value("tidegate_connections_total{" + WEB + ",result=\"ok\"}")).isEqualTo(7);
    assertThat(metrics.value("tidegate_connections_total{" + WEB + ",result=\"no_endpoint\"}"))
        .isEqualTo(2);
    assertThat(metrics.value("tidegate_connections_active{" + WEB + "}")).isEqualTo(6);
    assertThat(
            metrics.value("tidegate_connection_closes_total{" + WEB + ",cause=\"client_reset\"}"))
        .isEqualTo(1);
    assertThat(metrics.value("tidegate_connect_retries_total{" + WEB + "}")).isEqualTo(5);
    assertThat(metrics.value("tidegate_detours_total{" + WEB + "}")).isEqualTo(6);
    assertThat(metrics.value("tidegate_panic_picks_total{" + WEB + "}")).isEqualTo(9);
    assertThat(metrics.type("tidegate_connections_total")).isEqualTo("counter");
    assertThat(metrics.type("tidegate_connections_active")).isEqualTo("gauge");
  }

  @Test
  void countsEjectionsByCauseAndThoseThatAreInForce() throws IOException {
    view.eject();
    Exposition metrics = scrape();
    String ejections = "tidegate_ejections_total{" + WEB + ",cause=\"";
    assertThat(metrics.value(ejections + "connect_failures\"}")).isEqualTo(2);
    assertThat(metrics.value(ejections + "node_silent\"}")).isZero();
    assertThat(metrics.value(ejections + "witnesses\"}")).isZero();
    assertThat(metrics.value("tidegate_ejections_spared_total{" + WEB + "}")).isEqualTo(1);
    assertThat(metrics.value("tidegate_endpoints{" + WEB + ",state=\"ejected\"}")).isEqualTo(1);
    assertThat(metrics.value("tidegate_connect_outcomes_unheard_total")).isEqualTo(8);
  }

  @Test
  void countsChecksByHowTheyEndedAndTasksThatAreUnwell() throws IOException {
    view.beUnwell("503");
    Exposition metrics = scrape();
    String checks = "tidegate_checks_total{result=\"%s\",service=\"web\"}";
    assertThat(metrics.value(checks.formatted("passed"))).isEqualTo(5);
    assertThat(metrics.value(checks.formatted("failed"))).isEqualTo(3);
    assertThat(metrics.value(checks.formatted("not_made"))).isEqualTo(1);
    assertThat(metrics.value("tidegate_checked_tasks")).isEqualTo(1);
    assertThat(metrics.value("tidegate_checked_tasks_unwell")).isEqualTo(1);
    assertThat(metrics.value("tidegate_endpoints{" + WEB + ",state=\"unwell\"}")).isEqualTo(1);
  }

  @Test
  void tellsHowMuchIsInUseAndWhatFollows() throws IOException {
    assertThat(scrape().value("tidegate_overload_accept_paused")).isZero();
    view.beOverloaded();
    Exposition metrics = scrape();
    assertThat(metrics.value("tidegate_pressure_ratio{resource=\"descriptors\"}")).isEqualTo(0.97);
    assertThat(metrics.value("tidegate_pressure_ratio{resource=\"pipes\"}")).isEqualTo(1);
    assertThat(metrics.value("tidegate_overload_accept_paused")).isEqualTo(1);
    assertThat(metrics.value("tidegate_overload_idle_timeout_ratio")).isEqualTo(0.1);
    assertThat(metrics.value("tidegate_overloads_total")).isEqualTo(3);
    assertThat(metrics.value("tidegate_limited_sources")).isEqualTo(21);
  }

  @Test
  void countsHedgesAndWhatBecameOfThem() throws IOException {
    view.counters(0, "s1").hedges.add(5);
    view.counters(1, "s1").hedgesWon.add(3);
    view.counters(1, "s1").hedgesDenied.add(2);
    Exposition metrics = scrape();
    assertThat(metrics.value("tidegate_hedges_total{" + WEB + "}")).isEqualTo(5);
    assertThat(metrics.value("tidegate_hedges_won_total{" + WEB + "}")).isEqualTo(3);
    assertThat(metrics.value("tidegate_hedges_denied_total{" + WEB + "}")).isEqualTo(2);
  }

  @Test
  void countsProxyHeadersOfRoutesThatHaveToDoWithAny() throws IOException {
    assertThat(scrape().seriesOf("tidegate_proxy_headers_total")).isEmpty();
    view.counters(0, "s1").proxyHeaders(ProxyHeaderResult.READ).add(3);
    view.counters(1, "s1").proxyHeaders(ProxyHeaderResult.SLOW).add(2);
    view.counters(1, "s1").proxyHeadersOmitted.add(1);
    Exposition metrics = scrape();
    String headers = "tidegate_proxy_headers_total{" + WEB;
    assertThat(metrics.value(headers + ",result=\"read\"}")).isEqualTo(3);
    assertThat(metrics.value(headers + ",result=\"slow\"}")).isEqualTo(2);
    assertThat(metrics.value(headers + ",result=\"malformed\"}")).isZero();
    assertThat(metrics.value("tidegate_proxy_headers_omitted_total{" + WEB + "}")).isEqualTo(1);
  }

  @Test
  void countsParkedConnectionsByHowTheirWaitingEnded() throws IOException {
    view.counters(0, "s1").parked.add(5);
    view.counters(1, "s1").parked.add(2);
    view.counters(0, "s1").parkingEnds(ParkingEnd.RELEASED).add(3);
    view.counters(1, "s1").parkingEnds(ParkingEnd.TIMED_OUT).add(1);
    view.counters(1, "s1").parkingOverflows.add(9);
    view.counters(1, "s1").parkedTime.recordNanos(TimeUnit.MILLISECONDS.toNanos(700));
    Exposition metrics = scrape();
    assertThat(metrics.value("tidegate_connections_parked{" + WEB + "}")).isEqualTo(3);
    assertThat(metrics.value("tidegate_parkings_total{" + WEB + "}")).isEqualTo(7);
    assertThat(metrics.value("tidegate_parking_ends_total{" + WEB + ",end=\"released\"}"))
        .isEqualTo(3);
    assertThat(metrics.value("tidegate_parking_ends_total{" + WEB + ",end=\"timed_out\"}"))
        .isEqualTo(1);
    assertThat(metrics.value("tidegate_parking_overflows_total{" + WEB + "}")).isEqualTo(9);
    String buckets = "tidegate_parking_duration_seconds_bucket{" + WEB;
    assertThat(metrics.value(buckets + ",le=\"0.5\"}")).isZero();
    assertThat(metrics.value(buckets + ",le=\"1.0\"}")).isEqualTo(1);
  }

  @Test
  void countsDatagramsAndSessionsOfUdpPortsAlone() throws IOException {
    RouteCounters counters = new RouteCounters();
    counters.connections(ConnectionResult.OK).add(3);
    counters.closes(CloseCause.IDLE).add(1);
    counters.datagramsIn(DatagramResult.PASSED).add(7);
    counters.datagramsOut(DatagramResult.CONGESTED).add(2);
    view.shards
        .get(0)
        .routes
        .put(new RouteKey(new PublishedPort(53, Protocol.UDP), "s2", "dns"), counters);
    Exposition metrics = scrape();
    String dns = "service=\"dns\",port=\"53\",proto=\"udp\"";
    assertThat(metrics.value("tidegate_udp_sessions_active{" + dns + "}")).isEqualTo(2);
    String datagrams = "tidegate_udp_datagrams_total{" + dns;
    assertThat(metrics.value(datagrams + ",result=\"passed\",direction=\"in\"}")).isEqualTo(7);
    assertThat(metrics.value(datagrams + ",result=\"congested\",direction=\"out\"}")).isEqualTo(2);
    String page =
        new MetricsPage(new MeshCollector(view, false, () -> FakeView.NOW))
            .answer(accepting(null))
            .body();
    assertThat(page).doesNotContain("tidegate_udp_datagrams_total{" + WEB);
  }

  @Test
  void countsBytesByDirection() throws IOException {
    view.counters(0, "s1").bytesIn.add(100);
    view.counters(1, "s1").bytesOut.add(5_000_000_000L);
    Exposition metrics = scrape();
    assertThat(metrics.value("tidegate_bytes_total{" + WEB + ",direction=\"in\"}")).isEqualTo(100);
    assertThat(metrics.value("tidegate_bytes_total{" + WEB + ",direction=\"out\"}")).isEqualTo(5e9);
  }

  @Test
  void sortsLatenciesIntoCumulativeBucketsOfSeconds() throws IOException {
    view.counters(0, "s1").connect.recordNanos(TimeUnit.MICROSECONDS.toNanos(500));
    view.counters(0, "s1").connect.recordNanos(TimeUnit.MICROSECONDS.toNanos(700));
    view.counters(1, "s1").connect.recordNanos(TimeUnit.MILLISECONDS.toNanos(30));
    view.counters(1, "s1").connect.recordNanos(TimeUnit.SECONDS.toNanos(60));
    Exposition metrics = scrape();
    String name = "tidegate_connect_duration_seconds";
    assertThat(metrics.value(name + "_bucket{" + WEB + ",le=\"5.0E-4\"}")).isEqualTo(1);
    assertThat(metrics.value(name + "_bucket{" + WEB + ",le=\"0.001\"}")).isEqualTo(2);
    assertThat(metrics.value(name + "_bucket{" + WEB + ",le=\"0.025\"}")).isEqualTo(2);
    assertThat(metrics.value(name + "_bucket{" + WEB + ",le=\"0.05\"}")).isEqualTo(3);
    assertThat(metrics.value(name + "_bucket{" + WEB + ",le=\"5.0\"}")).isEqualTo(3);
    assertThat(metrics.value(name + "_bucket{" + WEB + ",le=\"+Inf\"}")).isEqualTo(4);
    assertThat(metrics.value(name + "_count{" + WEB + "}")).isEqualTo(4);
    assertThat(metrics.value(name + "_sum{" + WEB + "}")).isCloseTo(60.0312, within(0.6));
    assertThat(metrics.type(name)).isEqualTo("histogram");
  }

  @Test
  void hasLongBucketsForConnectionsAndShortOnesForFirstBytes() throws IOException {
    view.counters(0, "s1").duration.recordNanos(TimeUnit.HOURS.toNanos(2));
    view.counters(0, "s1").firstByte.recordNanos(TimeUnit.MILLISECONDS.toNanos(2));
    Exposition metrics = scrape();
    String duration = "tidegate_connection_duration_seconds_bucket{" + WEB + ",le=\"";
    assertThat(metrics.value(duration + "3600.0\"}")).isZero();
    assertThat(metrics.value(duration + "21600.0\"}")).isEqualTo(1);
    String firstByte = "tidegate_first_byte_duration_seconds_bucket{" + WEB + ",le=\"";
    assertThat(metrics.value(firstByte + "0.001\"}")).isZero();
    assertThat(metrics.value(firstByte + "0.0025\"}")).isEqualTo(1);
  }

  @Test
  void addsUpServicesThatShareNameAndPort() throws IOException {
    view.counters(0, "s0").connections(ConnectionResult.OK).add(1);
    view.counters(0, "s1").connections(ConnectionResult.OK).add(2);
    count(view.counters(0, "s0"), 1);
    count(view.counters(0, "s1"), 2);
    Exposition metrics = scrape();
    assertThat(metrics.value("tidegate_connections_total{" + WEB + ",result=\"ok\"}")).isEqualTo(3);
    assertThat(
            metrics.value(
                "tidegate_task_relays_total{"
                    + WEB
                    + ",task=\"web.1\",task_id=\"t1\",node=\"n1\"}"))
        .isEqualTo(3);
  }

  @Test
  void countsByTask() throws IOException {
    EndpointCounters counters = count(view.counters(0, "s1"), 5);
    counters.ended.add(2);
    counters.connectFailures.add(1);
    counters.bytesIn.add(10);
    counters.bytesOut.add(20);
    Exposition metrics = scrape();
    String task = "{" + WEB + ",task=\"web.1\",task_id=\"t1\",node=\"n1\"";
    assertThat(metrics.value("tidegate_task_relays_total" + task + "}")).isEqualTo(5);
    assertThat(metrics.value("tidegate_task_relays_active" + task + "}")).isEqualTo(3);
    assertThat(metrics.value("tidegate_task_connect_failures_total" + task + "}")).isEqualTo(1);
    assertThat(metrics.value("tidegate_task_bytes_total" + task + ",direction=\"in\"}"))
        .isEqualTo(10);
    assertThat(metrics.value("tidegate_task_bytes_total" + task + ",direction=\"out\"}"))
        .isEqualTo(20);
  }

  @Test
  void leavesTasksOutWhenTold() throws IOException {
    count(view.counters(0, "s1"), 5);
    String text =
        new MetricsPage(new MeshCollector(view, false, () -> FakeView.NOW))
            .answer(accepting(null))
            .body();
    assertThat(text).doesNotContain("tidegate_task_").contains("tidegate_connections_total{");
  }

  @Test
  void showsARouteBeforeItsFirstConnection() throws IOException {
    assertThat(scrape().value("tidegate_connections_total{" + WEB + ",result=\"ok\"}")).isZero();
  }

  @Test
  void countsEndpointsByState() throws IOException {
    Exposition metrics = scrape();
    String endpoints = "tidegate_endpoints{" + WEB + ",state=\"";
    assertThat(metrics.value(endpoints + "ready\"}")).isEqualTo(2);
    assertThat(metrics.value(endpoints + "draining\"}")).isEqualTo(1);
    assertThat(metrics.value(endpoints + "unreachable\"}")).isEqualTo(1);
  }

  @Test
  void showsWhichListenersAreUp() throws IOException {
    String up = "tidegate_listener_up{port=\"8080\",proto=\"tcp\"}";
    assertThat(scrape().value(up)).isEqualTo(1);
    view.listeners.set(0, new ListenerStatus(PublishedPort.tcp(8080), 1, 2, "in use"));
    assertThat(scrape().value(up)).isZero();
    view.listeners.clear();
    assertThat(scrape().value(up)).isZero();
  }

  @Test
  void showsHowItFaresWithTheAgentsOfOtherNodes() throws IOException {
    assertThat(scrape().seriesOf("tidegate_peer_subscribers")).isEmpty();
    view.peers =
        new PeerStatus(
            "n1",
            Instant.ofEpochSecond(1_800_000_000),
            null,
            2,
            3,
            4,
            "192.0.2.1:9181",
            null,
            5,
            6,
            new TunnelStatus(9_183, null, new Counts(8, 9, 10), new Counts(11, 12, 13)),
            Map.of("plaintext", 7L));

    Exposition metrics = scrape();
    assertThat(metrics.value("tidegate_peer_subscribers")).isEqualTo(4);
    assertThat(metrics.value("tidegate_peer_following")).isEqualTo(1);
    assertThat(metrics.value("tidegate_peer_refusals_total{reason=\"plaintext\"}")).isEqualTo(7);
    assertThat(metrics.value("tidegate_peer_reports_total{result=\"taken\"}")).isEqualTo(5);
    assertThat(metrics.value("tidegate_peer_reports_total{result=\"failed\"}")).isEqualTo(6);
    assertThat(metrics.value("tidegate_identity_expires_timestamp_seconds"))
        .isEqualTo(1_800_000_000);
    assertThat(metrics.value("tidegate_identity_renewals_total")).isEqualTo(2);
    assertThat(metrics.value("tidegate_identity_failures_total")).isEqualTo(3);
    assertThat(metrics.value("tidegate_hop_tunnels{direction=\"in\"}")).isEqualTo(8);
    assertThat(metrics.value("tidegate_hop_tunnels_opened_total{direction=\"out\"}")).isEqualTo(12);
    assertThat(metrics.value("tidegate_hop_tunnels_failed_total{direction=\"out\"}")).isEqualTo(13);
  }

  @Test
  void showsHowDiscoveryFares() throws IOException {
    Exposition metrics = scrape();
    assertThat(metrics.value("tidegate_discovery_age_seconds{source=\"swarm-rest\"}"))
        .isEqualTo(1.5);
    assertThat(metrics.value("tidegate_discovery_failures_total{source=\"swarm-rest\"}"))
        .isEqualTo(3);
    assertThat(metrics.value("tidegate_discovery_rejected_total{source=\"swarm-rest\"}"))
        .isEqualTo(1);
    assertThat(metrics.value("tidegate_routing_table_version")).isEqualTo(7);
    view.source = new SourceStatus("swarm-rest", null, null, 0, 0);
    assertThat(scrape().seriesOf("tidegate_discovery_age_seconds")).isEmpty();
  }

  @Test
  void showsEachCounterOfTheShards() throws IOException {
    view.shards.get(0).of(ShardCounter.BIND_FAILURES).add(1);
    view.shards.get(1).of(ShardCounter.BIND_FAILURES).add(2);
    Exposition metrics = scrape();
    assertThat(metrics.value("tidegate_bind_failures_total")).isEqualTo(3);
    for (ShardCounter counter : ShardCounter.values()) {
      assertThat(metrics.type("tidegate_" + counter + "_total")).isEqualTo("counter");
    }
  }

  @Test
  void showsHowLateTheLoopsAre() throws IOException {
    view.shards.get(0).loopLag.recordNanos(1_000_000);
    view.shards.get(1).loopLag.recordNanos(40_000_000);
    Exposition metrics = scrape();
    assertThat(metrics.value("tidegate_loop_lag_seconds_count")).isEqualTo(2);
    assertThat(metrics.value("tidegate_loop_lag_seconds_bucket{le=\"0.025\"}")).isEqualTo(1);
  }

  @Test
  void tellsWhatRunsHere() throws IOException {
    assertThat(scrape().seriesOf("tidegate_build_info")).hasSize(1);
    assertThat(scrape().seriesOf("tidegate_build_info").getFirst()).contains("version=\"1.2.3\"");
  }

  @Test
  void speaksOpenMetricsWhenAsked() throws IOException {
    count(view.counters(0, "s1"), 5);
    MetricsPage page = new MetricsPage(new MeshCollector(view, true, () -> FakeView.NOW));
    Answer answer =
        page.answer(accepting("application/openmetrics-text;version=1.0.0,text/plain;q=0.5"));
    assertThat(answer.contentType()).startsWith("application/openmetrics-text");
    assertThat(answer.body())
        .contains("# TYPE tidegate_connections counter\n")
        .contains("# UNIT tidegate_connect_duration_seconds seconds\n")
        .contains("\ntidegate_build_info{")
        .endsWith("# EOF\n");
    assertThat(page.answer(accepting("*/*")).contentType()).startsWith("text/plain; version=0.0.4");
  }

  private static Request accepting(@Nullable String accept) {
    return new Request(accept, new Query(null));
  }

  private static EndpointCounters count(RouteCounters route, int relays) {
    EndpointCounters counters = new EndpointCounters();
    route.endpoints.put(TASK, counters);
    counters.relays.add(relays);
    return counters;
  }

  private Exposition scrape() throws IOException {
    MetricsPage page = new MetricsPage(new MeshCollector(view, true, () -> FakeView.NOW));
    return new Exposition(page.answer(accepting(null)).body());
  }
}
