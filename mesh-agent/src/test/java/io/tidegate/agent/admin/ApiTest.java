package io.tidegate.agent.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.metrics.RouteKey;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Unserved;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pages that take parameters. */
class ApiTest {

  private final FakeView view = new FakeView().withWeb();
  private ApiClient api;

  @BeforeEach
  void start() throws IOException {
    view.settle(WebTopology.whole(view.nowNanos));
    view.hostnames.put("n2", "worker-2");
    api = new ApiClient(view);
  }

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void showsRoutesOfVirtualAddressesApartWhereThereAreAny() throws Exception {
    assertThat(api.json("/api/v1/routes").has("virtual")).isFalse();
    assertThat(api.json("/api/v1/status").at("/table").has("virtualRoutes")).isFalse();
    assertThat(api.json("/api/v1/resolve?q=web").at("/services/0/virtualIps/0").has("tasks"))
        .isFalse();

    view.routeVirtual();

    assertThat(api.json("/api/v1/routes").at("/routes")).hasSize(1);
    JsonNode virtual = api.json("/api/v1/routes").at("/virtual");
    assertThat(virtual.findValuesAsText("protocol")).containsExactly("tcp", "udp");
    JsonNode tcp = virtual.at("/0");
    assertThat(tcp.at("/network").asText()).isEqualTo("backend");
    assertThat(tcp.at("/address").asText()).isEqualTo("10.0.1.2");
    assertThat(tcp.at("/service").asText()).isEqualTo("web");
    assertThat(tcp.at("/namespace").asText()).isEqualTo("/ns/lb_net1");
    assertThat(tcp.at("/tasks/ready").asInt()).isEqualTo(1);
    assertThat(tcp.at("/endpoints/0/address").asText()).isEqualTo("10.0.1.7");
    assertThat(tcp.at("/endpoints/1/state").asText()).isEqualTo("unreachable");
    assertThat(tcp.at("/endpoints/1/hostname").asText()).isEqualTo("worker-2");
    assertThat(tcp.at("/endpoints/1/reason").asText()).isEqualTo("not on the network");
    assertThat(api.json("/api/v1/status").at("/table/virtualRoutes").asInt()).isEqualTo(2);
    JsonNode ips = api.json("/api/v1/resolve?q=web").at("/services/0/virtualIps");
    assertThat(ips.at("/0/tasks/unreachable").asInt()).isEqualTo(1);
    assertThat(ips.at("/1").has("tasks")).isFalse();
  }

  @Test
  void showsHowVirtualAddressesFareAndWhatWasCountedOfThem() throws Exception {
    assertThat(api.json("/api/v1/status").at("/vips/why").asText())
        .isEqualTo("left to Docker, as it was told");
    view.serveVips("setns: EPERM");
    JsonNode vips = api.json("/api/v1/status").at("/vips");
    assertThat(vips.at("/networks/0/network").asText()).isEqualTo("backend");
    assertThat(vips.at("/networks/0/addresses").asInt()).isEqualTo(2);
    assertThat(vips.at("/networks/0/added").asInt()).isEqualTo(1);
    assertThat(vips.at("/error").asText()).isEqualTo("setns: EPERM");

    assertThat(api.json("/api/v1/routes").at("/virtual/0").has("counts")).isFalse();
    RouteCounters counters = new RouteCounters();
    counters.connections(ConnectionResult.OK).add(3);
    RouteKey key = RouteKey.of(view.table.virtual().values().getFirst());
    view.shards.get(0).routes.put(key, counters);
    assertThat(api.json("/api/v1/routes").at("/virtual/0").has("counts")).isTrue();
  }

  @Test
  void findsRoutesOfVirtualAddressesByTheirServiceAndByNoPort() throws Exception {
    view.routeVirtual();
    assertThat(api.json("/api/v1/routes?service=web&endpoints=false").at("/virtual")).hasSize(2);
    assertThat(api.json("/api/v1/routes?service=api").at("/virtual")).isEmpty();
    assertThat(api.json("/api/v1/routes?port=8080").at("/virtual")).isEmpty();
    assertThat(api.json("/api/v1/routes?endpoints=false").at("/virtual/0").has("endpoints"))
        .isFalse();
  }

  @Test
  void showsWhichRoutesAreNotForEverybodyOrNotEverywhere() throws Exception {
    assertThat(api.json("/api/v1/status").at("/narrowed")).isEmpty();
    assertThat(api.json("/api/v1/routes").at("/routes/0/nodes").isMissingNode()).isTrue();
    assertThat(api.json("/api/v1/resolve?q=web").at("/services/0/bind").isMissingNode()).isTrue();

    view.follow(WebTopology.NARROWED);
    JsonNode narrowed = api.json("/api/v1/status").at("/narrowed/0");
    assertThat(narrowed.at("/port").asText()).isEqualTo("8080/tcp");
    assertThat(narrowed.at("/service").asText()).isEqualTo("web");
    assertThat(narrowed.at("/access/deny/0").asText()).isEqualTo("10.0.0.9/32");
    JsonNode route = api.json("/api/v1/routes").at("/routes/0");
    JsonNode service = api.json("/api/v1/resolve?q=api").at("/services/0");
    for (JsonNode bind :
        List.of(narrowed.at("/bind"), route.at("/listener/bind"), service.at("/bind"))) {
      assertThat(bind).extracting(JsonNode::asText).containsExactly("eth1", "10.0.0.0/8");
    }
    for (JsonNode nodes :
        List.of(narrowed.at("/nodes"), route.at("/nodes"), service.at("/nodes"))) {
      assertThat(nodes).extracting(JsonNode::asText).containsExactly("node.role!=manager");
    }
  }

  @Test
  void saysWhyThisNodeDoesNotServeAPort() throws Exception {
    PublishedPort port = new PublishedPort(5353, Protocol.UDP);
    Unserved unserved = new Unserved(port, "s2", "api", "not served on this node: why not");
    view.table =
        new RoutingTable(
            8,
            view.table.routes(),
            view.table.clashesByPort(),
            ChunkedMap.of(List.of(unserved), Unserved::port));
    assertThat(api.json("/api/v1/routes").at("/unserved/0/reason").asText())
        .isEqualTo("not served on this node: why not");
    assertThat(api.json("/api/v1/status").at("/unserved/0/port").asText()).isEqualTo("5353/udp");
    assertThat(api.json("/api/v1/resolve?q=api").at("/services/0/ports/0/unserved").asText())
        .isEqualTo("not served on this node: why not");
    assertThat(api.get("/lb/api").body())
        .contains("5353/udp api: not served on this node: why not");
  }

  @Test
  void showsWhereAPortIsBound() throws Exception {
    JsonNode listener = api.json("/api/v1/routes").at("/routes/0/listener");
    assertThat(listener.at("/bind").isMissingNode()).isTrue();
    view.listeners.set(
        0,
        new ListenerStatus(
            PublishedPort.tcp(8080),
            2,
            2,
            null,
            List.of(new InetSocketAddress("127.0.0.2", 8080)),
            false,
            false));
    assertThat(api.json("/api/v1/routes").at("/routes/0/listener/addresses/0").asText())
        .isEqualTo("127.0.0.2");
  }

  @Test
  void saysWhyATaskIsEjectedAndUntilWhen() throws Exception {
    assertThat(api.json("/api/v1/routes").at("/routes/0/endpoints/2/ejection").isMissingNode())
        .isTrue();
    view.eject();
    JsonNode route = api.json("/api/v1/routes").at("/routes/0");
    assertThat(route.at("/tasks/ejected").asInt()).isEqualTo(1);
    JsonNode task = route.at("/endpoints/2");
    assertThat(task.at("/state").asText()).isEqualTo("ejected");
    assertThat(task.at("/ejection/cause").asText()).isEqualTo("connect_failures");
    assertThat(task.at("/ejection/reason").asText()).isEqualTo("connects to it fail");
    assertThat(task.at("/ejection/times").asInt()).isEqualTo(2);
    assertThat(task.at("/ejection/secondsLeft").asDouble()).isEqualTo(8);
    assertThat(task.at("/ejection/until").isTextual()).isTrue();
    assertThat(task.at("/ejection/spared").asBoolean()).isFalse();
    assertThat(task.at("/ejection/witnesses")).isEmpty();
  }

  @Test
  void saysByWhoseEvidenceATaskIsEjected() throws Exception {
    view.settle(WebTopology.witnessed(view.nowNanos));
    view.hostnames.put("n2", "worker-2");
    view.eject(Ejection.Cause.WITNESSES);
    JsonNode ejection = api.json("/api/v1/routes").at("/routes/0/endpoints/2/ejection");
    assertThat(ejection.at("/cause").asText()).isEqualTo("witnesses");
    assertThat(ejection.at("/reason").asText()).isEqualTo("connects of other nodes to it fail");
    assertThat(ejection.at("/witnesses"))
        .extracting(JsonNode::asText)
        .containsExactly("worker-2", "n9");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "resolve?q= | 400 | q: 0 characters (expected: 1 to 128)",
        "resolve?q=a&q=b | 400 | q: given twice (expected: once)",
        "routes?endpoints=no | 400 | endpoints: no (expected: true or false)",
        "routes?port=x | 400 | published port: x (expected: 1 to 65535, as in 8080 or 8080/tcp)",
        "changes?after=-1 | 400 | after: -1 (expected: a change's number, or last)",
        "changes?wait=31 | 400 | wait: 31 (expected: 0 to 30 seconds, as in 2.5)",
        "changes?wait=1e9 | 400 | wait: 1e9 (expected: 0 to 30 seconds, as in 2.5)"
      })
  void refusesByNameWhatItCannotAnswer(String query, int status, String line) throws Exception {
    HttpResponse<String> answer = api.get("/api/v1/" + query);
    assertThat(answer.body()).isEqualTo(line + "\n");
    assertThat(answer.statusCode()).isEqualTo(status);
  }

  @Test
  void refusesLongQueries() throws Exception {
    assertThat(api.get("/api/v1/resolve?q=" + "a".repeat(129)).body())
        .isEqualTo("q: 129 characters (expected: 1 to 128)\n");
    assertThat(api.get("/api/v1/resolve?q=" + "a".repeat(600)).body())
        .isEqualTo("query: 602 characters (expected: at most 512)\n");
  }

  @Test
  void showsTheRoutesThatAreAskedFor() throws Exception {
    assertThat(api.json("/api/v1/routes?service=web").at("/routes")).hasSize(1);
    assertThat(api.json("/api/v1/routes?port=8080/tcp").at("/routes")).hasSize(1);
    assertThat(api.json("/api/v1/routes?port=8080").at("/routes")).hasSize(1);
    assertThat(api.json("/api/v1/routes?port=8080/udp").at("/routes")).isEmpty();
    assertThat(api.json("/api/v1/routes?service=api").at("/routes")).isEmpty();
    JsonNode brief = api.json("/api/v1/routes?endpoints=false").at("/routes/0");
    assertThat(brief.at("/endpoints").isMissingNode()).isTrue();
    assertThat(brief.at("/tasks/ready").asInt()).isEqualTo(2);
    assertThat(brief.at("/tasks/unreachable").asInt()).isEqualTo(1);
  }

  @Test
  void showsWhereTheTasksOfARouteCameFrom() throws Exception {
    JsonNode tasks = api.json("/api/v1/routes?service=web").at("/routes/0/endpoints");
    assertThat(tasks.at("/1/task").asText()).isEqualTo("web.2");
    assertThat(tasks.at("/1/hostname").asText()).isEqualTo("worker-2");
    assertThat(tasks.at("/0/origin").isMissingNode()).isTrue();
    assertThat(tasks.at("/1/origin/source").asText()).isEqualTo("swarm-watch");
  }

  @Test
  void showsHowTheAgentFares() throws Exception {
    view.settle(WebTopology.withoutDraining(view.nowNanos));
    JsonNode status = api.json("/api/v1/status");
    assertThat(status.at("/version").asText()).isEqualTo("1.2.3");
    assertThat(status.at("/ready").asBoolean()).isTrue();
    assertThat(status.at("/pressure/acceptPaused").asBoolean()).isFalse();
    assertThat(status.at("/pressure/idleTimeoutPercent").asInt()).isEqualTo(100);
    assertThat(status.at("/sources/0/name").asText()).isEqualTo("swarm-rest");
    assertThat(status.at("/sources/0/failures").asLong()).isEqualTo(3);
    assertThat(status.at("/topology/services").asInt()).isEqualTo(2);
    assertThat(status.at("/topology/tasks/ready").asInt()).isEqualTo(1);
    assertThat(status.at("/topology/tasksBySource/swarm-rest").asInt()).isEqualTo(3);
    assertThat(status.at("/table/version").asLong()).isEqualTo(7);
    assertThat(status.at("/table/ageSeconds").asDouble()).isEqualTo(12);
    assertThat(status.at("/listeners/bound").asInt()).isEqualTo(1);
    assertThat(status.at("/changes").asLong()).isEqualTo(1);
    assertThat(status.at("/lags/swarm-watch/sinceWritten/count").asLong()).isEqualTo(1);
    assertThat(status.at("/lags/swarm-watch/sinceWritten/p99").asDouble()).isBetween(1.9, 2.1);
    view.draining = true;
    assertThat(api.json("/api/v1/status").at("/notReady/0").asText()).isEqualTo("agent: draining");
  }

  @Test
  void tellsChangesAndWaitsForThem() throws Exception {
    assertThat(api.json("/api/v1/changes").at("/changes")).isEmpty();
    CompletableFuture<JsonNode> waiting =
        api.client
            .sendAsync(api.request("/api/v1/changes?after=0&wait=30"), BodyHandlers.ofString())
            .thenApply(answer -> ApiClient.parse(answer.body()));
    view.settle(WebTopology.withoutDraining(view.nowNanos));
    JsonNode answer = waiting.get(10, TimeUnit.SECONDS);
    assertThat(api.json("/api/v1/changes?after=last").at("/changes")).isEmpty();
    assertThat(answer.at("/since").asText()).isEqualTo("2025-12-31T23:01:00Z");
    assertThat(answer.at("/last").asLong()).isEqualTo(1);
    JsonNode change = answer.at("/changes/0");
    assertThat(change.at("/sequence").asLong()).isEqualTo(1);
    assertThat(change.at("/task").asText()).isEqualTo("web.2");
    assertThat(change.at("/hostname").asText()).isEqualTo("worker-2");
    assertThat(change.at("/from").asText()).isEqualTo("draining");
    assertThat(change.at("/to").isMissingNode()).isTrue();
    assertThat(change.at("/source").asText()).isEqualTo("swarm-watch");
    assertThat(change.at("/lagMillis").asDouble()).isEqualTo(2);
    assertThat(change.at("/sinceHeardMillis").asDouble()).isEqualTo(1);
  }

  @Test
  void turnsAwayReadersWhenTooManyWait() throws Exception {
    List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
    for (int i = 0; i < 17; i++) {
      waiting.add(
          api.client.sendAsync(api.request("/api/v1/changes?wait=30"), BodyHandlers.ofString()));
    }
    Object first =
        CompletableFuture.anyOf(waiting.toArray(CompletableFuture[]::new))
            .get(10, TimeUnit.SECONDS);
    assertThat(((HttpResponse<?>) first).statusCode()).isEqualTo(503);
    assertThat(((HttpResponse<?>) first).body())
        .isEqualTo("changes: 16 readers wait already (expected: fewer)\n");
    view.settle(WebTopology.withoutDraining(view.nowNanos));
    CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
  }

  @Test
  void showsTheLagOfChangesInTheMetrics() throws Exception {
    view.settle(WebTopology.withoutDraining(view.nowNanos));
    Exposition metrics = new Exposition(api.get("/metrics").body());
    assertThat(metrics.value("tidegate_change_lag_seconds_count{source=\"swarm-watch\"}"))
        .isEqualTo(1);
    assertThat(metrics.value("tidegate_change_since_heard_seconds_count{source=\"swarm-watch\"}"))
        .isEqualTo(1);
    assertThat(metrics.type("tidegate_change_lag_seconds")).isEqualTo("histogram");
  }
}
