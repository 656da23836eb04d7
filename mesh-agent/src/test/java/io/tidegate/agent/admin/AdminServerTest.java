package io.tidegate.agent.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.takeover.TakeoverStatus;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.EndpointCounters;
import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.ParkingEnd;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.Clash;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.RoutingTable;
import java.io.IOException;
import java.net.BindException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminServerTest {

  private static final byte[] KEPT_REQUEST = "GET /livez HTTP/1.1\r\n\r\n".getBytes(US_ASCII);

  private final FakeView view = new FakeView().withWeb();
  private final HttpClient client = HttpClient.newHttpClient();
  private AdminServer server;

  @BeforeEach
  void start() throws IOException {
    server = AdminServer.start(new HostPort("127.0.0.1", 0), true, view);
  }

  @AfterEach
  void close() {
    server.close();
    client.close();
  }

  @Test
  void livesAndIsReady() throws Exception {
    assertThat(get("/livez").body()).isEqualTo("ok\n");
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void answersHoweverManyClientsKeepTheirConnections() throws Exception {
    List<Socket> kept = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
        kept.add(socket);
        socket.getOutputStream().write(KEPT_REQUEST);
        byte[] answer = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
        assertThat(new String(answer, US_ASCII)).as("answer %d", i).isEqualTo("HTTP/1.1 200");
      }
    } finally {
      for (Socket socket : kept) {
        socket.close();
      }
    }
  }

  @Test
  void saysLineByLineWhyItIsNotReady() throws Exception {
    view.listeners.set(
        0, new ListenerStatus(PublishedPort.tcp(8080), 0, 2, "Address already in use"));
    HttpResponse<String> answer = get("/readyz");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo("8080/tcp: Address already in use\n");
    assertThat(get("/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void isReadyForPortsWhereVirtualAddressesCannotBeServedAndSaysWhyTheyCannot() throws Exception {
    view.serveVips("setns: EPERM");
    HttpResponse<String> answer = get("/readyz");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("ok\nvirtual addresses: setns: EPERM\n");
  }

  @Test
  void tellsLoadBalancersWhetherAServiceIsServed() throws Exception {
    assertThat(get("/lb/web").statusCode()).isEqualTo(200);
    assertThat(get("/lb/8080/tcp").body()).isEqualTo("ok\n");
    assertThat(get("/lb/wep").statusCode()).isEqualTo(404);
    assertThat(get("/lb/").statusCode()).isEqualTo(404);
    view.listeners.clear();
    HttpResponse<String> answer = get("/lb/web");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo("8080/tcp web: not bound yet\n");
  }

  @Test
  void servesMetrics() throws Exception {
    HttpResponse<String> answer = get("/metrics");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    Exposition metrics = new Exposition(answer.body());
    assertThat(metrics.value("process_uptime_seconds")).isPositive();
    assertThat(metrics.value("process_files_open_files")).isPositive();
    assertThat(metrics.seriesOf("jvm_memory_used_bytes")).isNotEmpty();
    assertThat(metrics.seriesOf("tidegate_connections_total"))
        .hasSize(ConnectionResult.values().length);
  }

  @Test
  void showsBothSidesOfAClashAndThePolicyOfARoute() throws Exception {
    PublishedPort port = PublishedPort.tcp(8080);
    view.table =
        new RoutingTable(
            8,
            view.table.routes(),
            List.of(
                new Clash(
                    port,
                    new Clash.Claim("s1", "web", Publication.Means.DOCKER, PublishedPort.tcp(8080)),
                    List.of(
                        new Clash.Claim(
                            "s2", "api", Publication.Means.LABEL, PublishedPort.tcp(8080))))));
    JsonNode answer = json("/api/v1/routes");
    assertThat(answer.at("/clashes/0/port").asText()).isEqualTo("8080/tcp");
    assertThat(answer.at("/clashes/0/keeper/service").asText()).isEqualTo("web");
    assertThat(answer.at("/clashes/0/keeper/by").asText()).isEqualTo("docker");
    assertThat(answer.at("/clashes/0/others/0/service").asText()).isEqualTo("api");
    assertThat(answer.at("/clashes/0/others/0/by").asText()).isEqualTo("label");
    assertThat(answer.at("/routes/0/limits/connections").asInt()).isZero();
    assertThat(answer.at("/routes/0/limits")).as("what labels say, and no more").hasSize(4);
    assertThat(answer.at("/routes/0/timeouts").isObject()).isTrue();
    assertThat(answer.at("/routes/0/parking/clients").asInt()).isEqualTo(1_024);
    assertThat(answer.at("/routes/0/parking/timeoutMillis").asInt()).isEqualTo(5_000);
    assertThat(new Exposition(get("/metrics").body()).value("tidegate_port_clashes")).isEqualTo(1);
  }

  @Test
  void showsWhoWaitsForATask() throws Exception {
    view.counters(0, "s1").parked.add(3);
    view.counters(0, "s1").parkingEnds(ParkingEnd.RELEASED).add(1);
    view.counters(0, "s1").parkedTime.recordNanos(TimeUnit.MILLISECONDS.toNanos(200));
    view.counters(1, "s1").parkingOverflows.add(4);
    JsonNode counts = json("/api/v1/routes").at("/routes/0/counts");
    assertThat(counts.at("/parked").asInt()).isEqualTo(2);
    assertThat(counts.at("/parking/parked").asInt()).isEqualTo(3);
    assertThat(counts.at("/parking/ends/released").asInt()).isEqualTo(1);
    assertThat(counts.at("/parking/overflows").asInt()).isEqualTo(4);
    assertThat(counts.at("/parking/millis/p99").asDouble()).isBetween(195.0, 205.0);
  }

  @Test
  void showsRoutesWithTheirEndpointsInOrder() throws Exception {
    view.counters(0, "s1").connections(ConnectionResult.OK).add(2);
    view.counters(0, "s1").connect.recordNanos(TimeUnit.MILLISECONDS.toNanos(2));
    EndpointCounters counters = new EndpointCounters();
    counters.relays.add(2);
    view.counters(0, "s1").endpoints.put(new EndpointKey("t1", "web.1", "n1"), counters);
    JsonNode answer = json("/api/v1/routes");
    assertThat(answer.at("/version").asLong()).isEqualTo(7);
    JsonNode web = answer.at("/routes/0");
    assertThat(web.at("/port").asText()).isEqualTo("8080/tcp");
    assertThat(web.at("/service").asText()).isEqualTo("web");
    assertThat(web.at("/balance").asText()).isEqualTo("p2c");
    assertThat(web.at("/listener/bound").asBoolean()).isTrue();
    assertThat(web.at("/counts/connections/ok").asLong()).isEqualTo(2);
    assertThat(web.at("/counts/connectMillis/p99").asDouble()).isBetween(1.9, 2.1);
    assertThat(web.at("/counts/firstByteMillis").isMissingNode()).isTrue();
    assertThat(web.at("/endpoints").findValuesAsText("task"))
        .containsExactly("web.1", "web.2", "web.3", "web.4");
    assertThat(web.at("/endpoints").findValuesAsText("state"))
        .containsExactly("ready", "draining", "ready", "unreachable");
    JsonNode local = web.at("/endpoints/0");
    assertThat(local.at("/address").asText()).isEqualTo("172.18.0.3:80");
    assertThat(local.at("/node").asText()).isEqualTo("n1");
    assertThat(local.at("/active").asLong()).isEqualTo(2);
    assertThat(local.at("/reach/kind").asText()).isEqualTo("local");
    assertThat(web.at("/endpoints/1/reach/namespace").asText()).isEqualTo("/ns/ingress_sbox");
    assertThat(web.at("/endpoints/3/reach/reason").asText()).isEqualTo("no ingress_sbox");
    assertThat(web.at("/endpoints/3/address").isMissingNode()).isTrue();
    assertThat(web.at("/detours/0/node").asText()).isEqualTo("n2");
    assertThat(web.at("/detours/0/address").asText()).isEqualTo("192.0.2.2:8080");
  }

  @Test
  void saysWhoHoldsAPortThatIsNotBound() throws Exception {
    view.listeners.set(
        0, new ListenerStatus(PublishedPort.tcp(8080), 0, 2, "Address already in use"));
    view.holders.put(PublishedPort.tcp(8080), "held by dockerd (pid 123)");
    JsonNode listener = json("/api/v1/routes").at("/routes/0/listener");
    assertThat(listener.at("/bound").asBoolean()).isFalse();
    assertThat(listener.at("/error").asText()).isEqualTo("Address already in use");
    assertThat(listener.at("/holder").asText()).isEqualTo("held by dockerd (pid 123)");
  }

  /** Facts of the kinds of value that real ones have. */
  record Facts(String name, Path folder, Instant since, URI docker, @Nullable String error) {}

  @Test
  void showsTheNodeAndTheOptionsInForce() throws Exception {
    view.node =
        new Facts("n1", Path.of("/ns"), FakeView.NOW, URI.create("unix:///docker.sock"), null);
    JsonNode answer = json("/api/v1/node");
    assertThat(answer.at("/version").asText()).isEqualTo("1.2.3");
    assertThat(answer.at("/uptimeSeconds").asDouble()).isEqualTo(61.5);
    assertThat(answer.at("/node/name").asText()).isEqualTo("n1");
    assertThat(answer.at("/node/folder").asText()).isEqualTo("/ns");
    assertThat(answer.at("/node/since").asText()).isEqualTo("2026-01-01T00:01:00Z");
    assertThat(answer.at("/node/docker").asText()).isEqualTo("unix:///docker.sock");
    assertThat(answer.at("/discovery/name").asText()).isEqualTo("swarm-rest");
    assertThat(answer.at("/discovery/hasTopology").isMissingNode()).isTrue();
    assertThat(answer.at("/options/0/origin").asText()).isEqualTo("flag");
  }

  @Test
  void listsItsPagesAtTheRootAndWhereNothingIs() throws Exception {
    assertThat(get("/").body()).contains("/metrics", "/api/v1/routes", "/api/v1/resolve");
    HttpResponse<String> unknown = get("/api/v2?x=1");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(unknown.body()).startsWith("/api/v2: not found\n").contains("/metrics");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
  void refusesEveryMethodThatIsNotForReading(String method) throws Exception {
    HttpResponse<String> answer = send(method, "/livez");
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
  }

  @Test
  void releasesPortsAndTakesThemAgainOnDemand() throws Exception {
    assertThat(send("POST", "/api/v1/release").statusCode()).isEqualTo(503);
    view.takeover =
        new TakeoverStatus(
            TakeoverStatus.Mode.TAKEOVER, "by the test", "there", Set.of(), false, false, 0, null);

    HttpResponse<String> released = send("POST", "/api/v1/release");
    assertThat(released.statusCode()).isEqualTo(200);
    assertThat(released.body()).contains("\"released\" : true");
    assertThat(get("/api/v1/status").body()).contains("\"released\" : true");
    assertThat(send("POST", "/api/v1/release?undo=true").body())
        .contains("\"released\" : false", "8080/tcp");
    assertThat(send("POST", "/api/v1/release?undo=maybe").statusCode()).isEqualTo(400);
    assertThat(get("/metrics").body()).contains("tidegate_takeover_ports 1.0");
  }

  @Test
  void releasesVirtualAddressesAndTakesThemAgainOnDemand() throws Exception {
    view.serveVips(null);
    assertThat(send("POST", "/api/v1/release").body()).contains("\"released\" : true");
    assertThat(get("/metrics").body()).contains("tidegate_vips_released 1.0");
    assertThat(send("POST", "/api/v1/release?undo=true").body()).contains("\"addresses\" : 2");
    assertThat(get("/metrics").body()).contains("tidegate_vips_released 0.0");
  }

  @Test
  void actsOnlyForProgramsAndOnlyByPost() throws Exception {
    HttpResponse<String> read = get("/api/v1/release");
    assertThat(read.statusCode()).isEqualTo(405);
    assertThat(read.headers().firstValue("Allow")).contains("POST");
    HttpRequest ofAPage =
        HttpRequest.newBuilder(
                URI.create("http://" + HostPort.of(server.address()) + "/api/v1/release"))
            .header("Origin", "http://example.com")
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<String> refused = client.send(ofAPage, BodyHandlers.ofString());
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("127.0.0.1: not allowed (expected: a program on this node");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/livez", "/metrics", "/api/v1/routes", "/nothing"})
  void answersHeadLikeGetWithoutTheBody(String path) throws Exception {
    HttpResponse<String> head = send("HEAD", path);
    HttpResponse<String> get = get(path);
    assertThat(head.statusCode()).isEqualTo(get.statusCode());
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("Content-Type"))
        .isEqualTo(get.headers().firstValue("Content-Type"));
    assertThat(head.headers().firstValueAsLong("Content-Length").orElse(0)).isPositive();
  }

  @Test
  void saysThatTheAddressIsTaken() {
    HostPort taken = HostPort.of(server.address());
    assertThatThrownBy(() -> AdminServer.start(taken, true, view).close())
        .isInstanceOf(BindException.class);
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    return new ObjectMapper().readTree(answer.body());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send("GET", path);
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    URI uri = URI.create("http://" + HostPort.of(server.address()) + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody()).build();
    return client.send(request, BodyHandlers.ofString());
  }
}
