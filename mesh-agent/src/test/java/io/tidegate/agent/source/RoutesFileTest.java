package io.tidegate.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.routing.Access;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Bind;
import io.tidegate.routing.Cidr;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.HealthCheck;
import io.tidegate.routing.HopWay;
import io.tidegate.routing.Limits;
import io.tidegate.routing.Parking;
import io.tidegate.routing.Policy;
import io.tidegate.routing.ProxyIn;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Timeouts;
import io.tidegate.routing.Topology;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RoutesFileTest {

  @Test
  void readsRoutesWithTheirEndpoints() throws Exception {
    Topology topology =
        parse(
            """
            routes:
              - port: 8080
                name: web
                balance: round-robin
                endpoints: [10.0.0.5:80, "[fd00::1]:81"]
            """);
    assertThat(topology)
        .isEqualTo(
            new Topology(
                List.of(
                    new Service(
                        "8080/tcp",
                        "web",
                        BalancingPolicy.ROUND_ROBIN,
                        List.of(new Publication(PublishedPort.tcp(8080), 8080)),
                        List.of(
                            task("8080/tcp/10.0.0.5:80", "10.0.0.5:80", "10.0.0.5", 80),
                            task("8080/tcp/[fd00::1]:81", "[fd00::1]:81", "fd00::1", 81))))));
  }

  private static Task task(String id, String name, String host, int port) {
    Reach reach = Reach.direct(InetAddress.ofLiteral(host), port, "given in routes.yml");
    return new Task(id, name, host, TaskState.RUNNING, reach);
  }

  @Test
  void callsARouteAfterItsPortAndBalancesByP2cUnlessTold() throws Exception {
    Service service = parse("routes: [{port: 53/udp, endpoints: []}]").services().getFirst();
    assertThat(service.id()).isEqualTo("53/udp");
    assertThat(service.name()).isEqualTo("53");
    assertThat(service.policy()).isEqualTo(Policy.DEFAULT);
    assertThat(service.tasks()).isEmpty();
  }

  @Test
  void readsHowManyAnswersEndAUdpSession() throws Exception {
    Service service = parse("routes: [{port: 53/udp, udp-responses: 1}]").services().getFirst();
    assertThat(service.policy()).isEqualTo(new Policy(BalancingPolicy.P2C, 1));
  }

  @Test
  void readsEveryLabelOfThePolicy() throws Exception {
    Service service =
        parse(
                """
                routes:
                  - port: 80
                    balance: round-robin
                    limit-connections: 100
                    limit-rate: 50
                    limit-source-connections: 10
                    limit-source-rate: 5
                    parking: 7
                    parking-timeout: 20s
                    timeout-connect: 250ms
                    timeout-idle: 10m
                    udp-timeout-idle: 5s
                    drain-timeout: 8s
                    slow-start: 30s
                    allow: 10.0.0.0/8,fd00::/8
                    deny: 10.0.0.1
                    client-ip: proxy-v1
                    proxy-in: optional
                    proxy-in-trusted: 10.0.0.0/8,192.0.2.7
                    bind: eth1
                """)
            .services()
            .getFirst();
    assertThat(service.policy())
        .isEqualTo(
            new Policy(
                BalancingPolicy.ROUND_ROBIN,
                0,
                new Timeouts(
                    Duration.ofMillis(250),
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(8)),
                new Limits(100, 50, 10, 5),
                new Parking(7, Duration.ofSeconds(20)),
                Duration.ofSeconds(30),
                HealthCheck.OFF,
                new Access(
                    List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("fd00::/8")),
                    List.of(Cidr.parse("10.0.0.1/32"))),
                new ClientAddress(
                    ProxyIn.OPTIONAL,
                    List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("192.0.2.7")),
                    ClientIp.PROXY_V1),
                new Bind(List.of(new Bind.Interface("eth1"))),
                List.of(),
                HopWay.AUTO));
  }

  @Test
  void readsARouteWithoutEndpointsAndAFileWithoutRoutes() throws Exception {
    assertThat(parse("routes:\n  - port: 80\n    endpoints:\n").services()).hasSize(1);
    assertThat(parse("routes:\n")).isEqualTo(Topology.EMPTY);
    assertThat(parse("routes: []")).isEqualTo(Topology.EMPTY);
  }

  @Test
  void keepsTheIdOfAnEndpointThatStays() throws Exception {
    Task before = onlyTask("routes: [{port: 80, name: a, endpoints: [10.0.0.5:80]}]");
    Task after = onlyTask("routes: [{port: 80, name: b, balance: p2c, endpoints: [10.0.0.5:80]}]");
    assertThat(after).isEqualTo(before);
  }

  private static Task onlyTask(String content) throws UnknownHostException {
    return parse(content).services().getFirst().tasks().getFirst();
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("mistakes")
  void namesLineAndReasonOfAMistake(String content, String message) {
    assertThatThrownBy(() -> parse(content))
        .isInstanceOf(YamlException.class)
        .hasMessage("routes.yml:" + message);
  }

  static List<Arguments> mistakes() {
    return List.of(
        Arguments.of("", "1: routes: absent (expected: a list of routes)"),
        Arguments.of("- 1", "1: not a map (expected: a map with the key routes)"),
        Arguments.of("route: []", "1: route: unknown (expected: routes)"),
        Arguments.of("routes: 7", "1: routes: not a list (expected: a list)"),
        Arguments.of(
            "routes:\n  - 8080", "2: not a map (expected: a route, a map with port and endpoints)"),
        Arguments.of(
            "routes:\n  - port: 1\n    prot: 2",
            "3: prot: unknown (expected: allow, balance, bind, client-ip,"
                + " client-ip-fallback, deny, drain-timeout,"
                + " endpoints, limit-connections, limit-rate, limit-source-connections,"
                + " limit-source-rate, name, parking, parking-timeout, port, proxy-in,"
                + " proxy-in-trusted, slow-start, timeout-connect, timeout-idle, udp-responses,"
                + " udp-timeout-idle)"),
        Arguments.of(
            "routes:\n  - name: a",
            "2: port: absent (expected: 1 to 65535, as in 8080 or 8080/tcp)"),
        Arguments.of("routes:\n  - port: 0", "2: port: published port: 0 (expected: 1 to 65535)"),
        Arguments.of(
            "routes:\n  - port: http",
            "2: port: published port: http (expected: 1 to 65535, as in 8080 or 8080/tcp)"),
        Arguments.of(
            "routes:\n  - port: 80/sctp", "2: port: protocol: sctp (expected: tcp or udp)"),
        Arguments.of("routes:\n  - port: [80]", "2: port: no text (expected: one)"),
        Arguments.of(
            "routes:\n  - port: 80\n  - port: 81\n  - port: 80/tcp",
            "4: port: 80/tcp stands twice (first in line 2)"),
        Arguments.of(
            "routes:\n  - port: 80\n    balance: fair",
            "3: balance: fair (expected: p2c or round-robin)"),
        Arguments.of(
            "routes:\n  - port: 53/udp\n    udp-responses: one",
            "3: udp-responses: one (expected: 0 to 65535)"),
        Arguments.of(
            "routes:\n  - port: 80\n    endpoints: 10.0.0.5:80",
            "3: endpoints: not a list (expected: a list)"),
        Arguments.of(
            "routes:\n  - port: 80\n    endpoints:\n      - 10.0.0.4:80\n      - 10.0.0.5",
            "5: endpoints: 10.0.0.5 (expected: host:port, as in 10.0.0.5:80 or [fd00::1]:80)"),
        Arguments.of(
            "routes:\n  - port: 80\n    endpoints: [10.0.0.5:0]",
            "3: endpoints: 10.0.0.5:0 (expected: a port of 1 to 65535)"),
        Arguments.of(
            "routes:\n  - port: 80\n    endpoints: [10.0.0.5:80, 10.0.0.5:80]",
            "3: endpoints: 10.0.0.5:80 stands twice"),
        Arguments.of(
            "routes:\n  - port: 80\n    endpoints:\n      - [fd00, 1]",
            "4: endpoints: a list or map (expected: host:port, in quotes if with brackets)"),
        Arguments.of("routes:\n  - port: 80\n    port: 81", "3: port: stands twice"),
        Arguments.of("routes: &a []", "1: an anchor or alias (expected: none)"),
        Arguments.of("routes: []\n---\nroutes: []", "3: a second document (expected: one)"));
  }

  @ParameterizedTest
  @MethodSource("brokenYaml")
  void namesTheLineWhereItStopsBeingYaml(String content, int line) {
    assertThatThrownBy(() -> parse(content))
        .isInstanceOf(YamlException.class)
        .hasMessageStartingWith("routes.yml:" + line + ": not YAML: ")
        .hasMessageNotContaining("\n");
  }

  static List<Arguments> brokenYaml() {
    return List.of(
        Arguments.of("routes:\n  - port: 80\n   name: a\n", 3),
        Arguments.of("routes:\n\t- port: 80\n", 2),
        Arguments.of("routes: [\n", 2),
        Arguments.of("routes: \"a\n", 2));
  }

  @Test
  void refusesBytesThatAreNoText() {
    assertThatThrownBy(() -> RoutesFile.parse("routes.yml", new byte[] {'a', ':', (byte) 0xff}))
        .isInstanceOf(YamlException.class)
        .hasMessageStartingWith("routes.yml: not YAML: ");
    assertThatThrownBy(() -> parse("routes:\n  - \u0001\n"))
        .hasMessage("routes.yml: not YAML: special characters are not allowed");
  }

  @Test
  void namesAHostThatCannotBeLookedUp() {
    assertThatThrownBy(() -> parse("routes:\n  - port: 80\n    endpoints: [no.such.invalid:80]"))
        .isInstanceOf(UnknownHostException.class)
        .hasMessage("routes.yml:3: endpoints: no.such.invalid:80 (unknown host)");
  }

  private static Topology parse(String content) throws UnknownHostException {
    return RoutesFile.parse("routes.yml", content.getBytes(StandardCharsets.UTF_8));
  }
}
