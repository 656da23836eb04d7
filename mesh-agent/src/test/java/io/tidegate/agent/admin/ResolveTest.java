package io.tidegate.agent.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidegate.metrics.EndpointCounters;
import io.tidegate.metrics.EndpointKey;
import io.tidegate.routing.Clash;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Service;
import io.tidegate.routing.VirtualIp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of a service by whatever one has of it. */
class ResolveTest {

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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "web",
        "s1",
        "10.0.1.2",
        "%3A8080",
        "%3A8080/tcp",
        "t1aa",
        "10.0.1.2:80",
        "10.0.1.2:53/udp"
      })
  void resolvesAServiceByWhateverOneHasOfIt(String wanted) throws Exception {
    JsonNode web = api.json("/api/v1/resolve?q=" + wanted).at("/services/0");
    assertThat(web.at("/service").asText()).isEqualTo("web");
  }

  @Test
  void showsAServiceWithItsAddressesPortsAndTasks() throws Exception {
    EndpointCounters counters = new EndpointCounters();
    counters.relays.add(2);
    view.counters(0, "s1").endpoints.put(new EndpointKey("t1aa", "web.1", "n1"), counters);
    JsonNode web = api.json("/api/v1/resolve?q=web").at("/services/0");
    assertThat(web.at("/virtualIps").findValuesAsText("network"))
        .containsExactly("backend", "ingress");
    assertThat(web.at("/virtualIps/0/address").asText()).isEqualTo("10.0.1.2");
    assertThat(web.at("/ports/0/port").asText()).isEqualTo("8080/tcp");
    assertThat(web.at("/ports/0/bound").asBoolean()).isTrue();
    JsonNode tasks = web.at("/endpoints");
    assertThat(tasks.findValuesAsText("state"))
        .containsExactly("ready", "draining", "doubted", "unreachable");
    assertThat(tasks.at("/0/active").asLong()).isEqualTo(2);
    assertThat(tasks.at("/0/hostname").isMissingNode()).isTrue();
    assertThat(tasks.at("/1/hostname").asText()).isEqualTo("worker-2");
    assertThat(tasks.at("/1/origin/source").asText()).isEqualTo("swarm-watch");
    assertThat(tasks.at("/1/origin/writtenAt").asText()).isEqualTo("2026-01-01T00:00:50Z");
    assertThat(tasks.at("/0/origin/source").asText()).isEqualTo("swarm-rest");
    assertThat(tasks.at("/0/origin/ageSeconds").isMissingNode()).isTrue();
    assertThat(tasks.at("/3/reach/reason").asText()).isEqualTo("no ingress_sbox");
  }

  @Test
  void showsWhichClientsMayComeWhereNotAllMay() throws Exception {
    JsonNode access = api.json("/api/v1/resolve?q=api").at("/services/0/access");
    assertThat(access.at("/allow"))
        .extracting(JsonNode::asText)
        .containsExactly("10.0.0.0/8", "fd00:0:0:0:0:0:0:0/8");
    assertThat(access.at("/deny")).extracting(JsonNode::asText).containsExactly("10.0.0.9/32");
    assertThat(api.json("/api/v1/resolve?q=web").at("/services/0/access").isMissingNode()).isTrue();
    assertThat(api.json("/api/v1/routes").at("/routes/0/access").isMissingNode()).isTrue();
  }

  @Test
  void resolvesATaskThatIsEjectedAsSuch() throws Exception {
    view.eject();
    assertThat(
            api.json("/api/v1/resolve?q=web").at("/services/0/endpoints").findValuesAsText("state"))
        .containsExactly("ready", "draining", "ejected", "unreachable");
  }

  @Test
  void namesWhoKeepsAPortThatTwoPublish() throws Exception {
    PublishedPort port = PublishedPort.tcp(8080);
    Clash clash =
        new Clash(
            port,
            new Clash.Claim("s1", "web", Publication.Means.DOCKER, PublishedPort.tcp(8080)),
            List.of(
                new Clash.Claim("s2", "api", Publication.Means.LABEL, PublishedPort.tcp(8080))));
    view.table = new RoutingTable(8, view.table.routes(), List.of(clash));
    JsonNode answer = api.json("/api/v1/resolve?q=%3A8080");
    assertThat(answer.at("/services/0/ports/0/clash/keeper/service").asText()).isEqualTo("web");
    assertThat(api.json("/api/v1/status").at("/clashes/0/others/0/service").asText())
        .isEqualTo("api");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "q=10.0.1.2:443",
        "q=web&network=backend",
        "q=%3A8080&network=net1",
        "q=10.0.1.2/tcp"
      })
  void tellsWhichTasksClientsOfAVirtualAddressGet(String query) throws Exception {
    view.settle(WebTopology.inside(view.nowNanos, null));
    view.serveVips(null);
    view.callVirtual();

    JsonNode answer = api.json("/api/v1/resolve?" + query);
    assertThat(answer.at("/protocol").asText()).isEqualTo("tcp");
    JsonNode ip = answer.at("/services/0/virtualIps/0");
    assertThat(ip.at("/network").asText()).isEqualTo("backend");
    assertThat(ip.at("/asked").asBoolean()).isTrue();
    assertThat(ip.has("unserved")).isFalse();
    assertThat(ip.at("/balance").asText()).isEqualTo("p2c");
    assertThat(ip.at("/picked").asInt()).isEqualTo(1);
    JsonNode tasks = ip.at("/endpoints");
    assertThat(tasks.findValuesAsText("task")).containsExactly("web.1", "web.4");
    assertThat(tasks.findValuesAsText("state")).containsExactly("ready", "unreachable");
    assertThat(tasks.at("/0/address").asText()).isEqualTo("10.0.1.7");
    assertThat(tasks.at("/0/active").asLong()).isEqualTo(2);
    assertThat(tasks.at("/0/origin/source").asText()).isEqualTo("swarm-rest");
    assertThat(tasks.at("/1/reach/reason").asText()).isEqualTo("not on the network");
    JsonNode other = answer.at("/services/0/virtualIps/1");
    assertThat(other.at("/asked").asBoolean()).isFalse();
    assertThat(other.has("endpoints")).isFalse();
  }

  @Test
  void tellsOfVirtualAddressesByTheProtocolThatIsAsked() throws Exception {
    view.settle(WebTopology.inside(view.nowNanos, null));
    view.serveVips(null);
    assertThat(api.json("/api/v1/resolve?q=10.0.1.2:53/udp").at("/protocol").asText())
        .isEqualTo("udp");
    assertThat(api.json("/api/v1/resolve?q=web").at("/services/0/virtualIps/0").has("endpoints"))
        .isFalse();
  }

  @Test
  void tellsOfEachNetworkOnWhichAnAddressStands() throws Exception {
    VirtualIp ip = new VirtualIp("net9", "lab", InetAddress.ofLiteral("10.0.1.2"));
    Service job = new Service("s9", "job", 0, Policy.DEFAULT, List.of(), List.of(ip), List.of());
    view.settle(WebTopology.inside(view.nowNanos, null, job));
    view.serveVips(null);
    assertThat(api.json("/api/v1/resolve?q=10.0.1.2:80").findValuesAsText("service"))
        .containsExactly("web", "job");
    JsonNode there = api.json("/api/v1/resolve?q=10.0.1.2:80&network=lab");
    assertThat(there.findValuesAsText("service")).containsExactly("job");
    assertThat(unserved(there)).startsWith("no sandbox on this node: ");
  }

  @Test
  void saysWhatIsInTheWayOfAVirtualAddress() throws Exception {
    String query = "/api/v1/resolve?q=10.0.1.2";
    assertThat(unserved(api.json(query))).startsWith("no sandbox on this node: ");

    view.settle(WebTopology.inside(view.nowNanos, null));
    assertThat(unserved(api.json(query))).isEqualTo("not in the routing table yet");

    view.routeVirtual();
    assertThat(unserved(api.json(query)))
        .isEqualTo("clients are not brought to the agent: not yet");

    view.serveVips("setns: EPERM");
    assertThat(unserved(api.json(query))).isEmpty();
    view.release(true);
    assertThat(unserved(api.json(query)))
        .isEqualTo("released, until tidegate release --undo or the agent's next start");
    view.release(false);

    view.settle(WebTopology.inside(view.nowNanos, "left to Docker: by the test"));
    assertThat(unserved(api.json(query))).isEqualTo("left to Docker: by the test");
  }

  @Test
  void saysWhoHasAVirtualAddressThatWasTheServicesOwn() throws Exception {
    VirtualIp ip =
        new VirtualIp("net1", "backend", InetAddress.ofLiteral("10.0.1.2")).in("/ns/lb_net1");
    Service old = new Service("s0", "old", 0, Policy.DEFAULT, List.of(), List.of(ip), List.of());
    view.settle(WebTopology.inside(view.nowNanos, null, old));
    view.serveVips(null);
    JsonNode answer = api.json("/api/v1/resolve?q=old&network=backend");
    assertThat(unserved(answer)).isEqualTo("web has this address now");
    assertThat(answer.at("/services/0/virtualIps/0").has("endpoints")).isFalse();
  }

  private static String unserved(JsonNode answer) {
    return answer.at("/services/0/virtualIps/0/unserved").asText();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "resolve?q=wbe | 404 | wbe: no such service (nearest: web, api)",
        "resolve?q=%3A8081 | 404 | :8081: no service publishes this port (nearest: :8080/tcp, :5353/udp)",
        "resolve?q=10.0.1.9 | 404 | 10.0.1.9: no service that is known here has this virtual IP (nearest: 10.0.1.2, 10.0.0.5); services that publish nothing are known where theirs are served, which here are left to Docker, as it was told",
        "resolve?q=10.0.1.2:70000 | 400 | published port: 70000 (expected: 1 to 65535)",
        "resolve?q=10.0.1.2:80/icmp | 400 | protocol: icmp (expected: tcp or udp)",
        "resolve?q=10.0.1.2&network=front | 404 | network: front: 10.0.1.2 has no virtual IP there (expected: backend)",
        "resolve?q=web&network=front | 404 | network: front: web has no virtual IP there (expected: backend, ingress)",
        "resolve?q=api&network=front | 404 | network: front: api has no virtual IP, as with endpoint_mode: dnsrr",
        "resolve?q=%3A5353/tcp | 404 | :5353/tcp: no service publishes this port (nearest: :5353/udp, :8080/tcp)",
        "resolve?q=%3A70000 | 400 | published port: 70000 (expected: 1 to 65535)",
        "resolve?q=%3A80/icmp | 400 | protocol: icmp (expected: tcp or udp)",
        "resolve | 400 | q: missing (expected: a service's name or id, a virtual IP with or without a port, :8080, :5353/udp, or a task's id or its beginning)",
        "resolve?query=a | 400 | query: unknown parameter (nearest: q)",
      })
  void refusesByNameWhatItCannotAnswer(String query, int status, String line) throws Exception {
    HttpResponse<String> answer = api.get("/api/v1/" + query);
    assertThat(answer.body()).isEqualTo(line + "\n");
    assertThat(answer.statusCode()).isEqualTo(status);
  }
}
