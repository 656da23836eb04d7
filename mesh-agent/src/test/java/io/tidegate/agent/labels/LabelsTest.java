package io.tidegate.agent.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.routing.Access;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Bind;
import io.tidegate.routing.Cidr;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.HealthCheck;
import io.tidegate.routing.Limits;
import io.tidegate.routing.NodeRule;
import io.tidegate.routing.Parking;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.ProxyIn;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Timeouts;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LabelsTest {

  private static final HealthCheck OFF = HealthCheck.OFF;
  private static final ClientAddress NOBODY = ClientAddress.DEFAULT;

  @ParameterizedTest
  @MethodSource("goodValues")
  void turnsAValueIntoPolicy(String label, String value, Policy policy) {
    assertThat(parse(label, value).policy()).isEqualTo(policy);
  }

  static List<Arguments> goodValues() {
    Policy plain = Policy.DEFAULT;
    return List.of(
        Arguments.of("tidegate.balance", "p2c", plain),
        Arguments.of(
            "tidegate.balance", "round-robin", plain.withBalance(BalancingPolicy.ROUND_ROBIN)),
        Arguments.of("tidegate.udp.responses", "0", plain),
        Arguments.of("tidegate.udp.responses", "65535", plain.withUdpResponses(65_535)),
        Arguments.of("tidegate.limit.connections", "0", plain),
        Arguments.of("tidegate.limit.connections", "200", plain.withConnections(200)),
        Arguments.of("tidegate.limit.rate", "50", plain.withLimits(new Limits(0, 50, 0, 0))),
        Arguments.of(
            "tidegate.limit.source.connections", "9", plain.withLimits(new Limits(0, 0, 9, 0))),
        Arguments.of("tidegate.limit.source.rate", "3", plain.withLimits(new Limits(0, 0, 0, 3))),
        Arguments.of(
            "tidegate.allow",
            "10.0.0.0/8, fd00::/8,192.0.2.1",
            plain.withAccess(
                Access.OPEN.withAllow(
                    List.of(
                        Cidr.parse("10.0.0.0/8"),
                        Cidr.parse("fd00::/8"),
                        Cidr.parse("192.0.2.1/32"))))),
        Arguments.of(
            "tidegate.deny",
            "::1",
            plain.withAccess(Access.OPEN.withDeny(List.of(Cidr.parse("::1/128"))))),
        Arguments.of(
            "tidegate.bind",
            "192.0.2.1, fe80::1%eth0,10.0.0.0/8,br-lan",
            plain.withBind(
                new Bind(
                    List.of(
                        new Bind.Address(InetAddress.ofLiteral("192.0.2.1"), ""),
                        new Bind.Address(InetAddress.ofLiteral("fe80::1"), "eth0"),
                        new Bind.Network(Cidr.parse("10.0.0.0/8")),
                        new Bind.Interface("br-lan"))))),
        Arguments.of(
            "tidegate.nodes",
            "node.labels.zone == a,node.role!=manager",
            plain.withNodes(
                List.of(
                    new NodeRule("node.labels.zone", true, "a"),
                    new NodeRule("node.role", false, "manager")))),
        Arguments.of("tidegate.parking", "0", plain.withParking(Parking.OFF)),
        Arguments.of("tidegate.parking", "1024", plain),
        Arguments.of(
            "tidegate.parking.timeout",
            "60s",
            plain.withParking(Parking.DEFAULT.withTimeout(Duration.ofMinutes(1)))),
        Arguments.of(
            "tidegate.timeout.connect",
            "250ms",
            plain.withTimeouts(Timeouts.NONE.withConnect(Duration.ofMillis(250)))),
        Arguments.of(
            "tidegate.timeout.idle",
            "720h",
            plain.withTimeouts(Timeouts.NONE.withIdle(Duration.ofDays(30)))),
        Arguments.of("tidegate.check", "off", plain),
        Arguments.of("tidegate.check", "http", checked(OFF.withKind(HealthCheck.Kind.HTTP))),
        Arguments.of("tidegate.check.port", "9000", checked(OFF.withPort(9_000))),
        Arguments.of("tidegate.check.start", "unwell", checked(OFF.withReadyFirst(false))),
        Arguments.of("tidegate.check.start", "ready", plain),
        Arguments.of(
            "tidegate.check.path",
            "/up?deep=1",
            checked(OFF.withExchange(OFF.exchange().withPath("/up?deep=1")))),
        Arguments.of(
            "tidegate.check.status",
            "204",
            checked(OFF.withExchange(OFF.exchange().withStatuses(204, 204)))),
        Arguments.of(
            "tidegate.check.status",
            "200-399",
            checked(OFF.withExchange(OFF.exchange().withStatuses(200, 399)))),
        Arguments.of(
            "tidegate.check.send",
            "a\\\\b\\r\\n\\t\\x00\\xff$1",
            checked(OFF.withExchange(OFF.exchange().withSend("a\\b\r\n\t\u0000\u00ff$1")))),
        Arguments.of(
            "tidegate.check.expect",
            "é",
            checked(OFF.withExchange(OFF.exchange().withExpect("\u00c3\u00a9")))),
        Arguments.of(
            "tidegate.check.interval",
            "100ms",
            checked(OFF.withPace(OFF.pace().withInterval(Duration.ofMillis(100))))),
        Arguments.of(
            "tidegate.check.timeout",
            "1m",
            checked(OFF.withPace(OFF.pace().withTimeout(Duration.ofMinutes(1))))),
        Arguments.of("tidegate.check.fall", "1", checked(OFF.withPace(OFF.pace().withFall(1)))),
        Arguments.of("tidegate.check.rise", "100", checked(OFF.withPace(OFF.pace().withRise(100)))),
        Arguments.of(
            "tidegate.drain.timeout",
            "2m",
            plain.withTimeouts(Timeouts.NONE.withDrain(Duration.ofMinutes(2)))),
        Arguments.of(
            "tidegate.drain.timeout",
            "off",
            plain.withTimeouts(Timeouts.NONE.withDrain(Timeouts.LONGEST))),
        Arguments.of("tidegate.slow-start", "30s", plain.withSlowStart(Duration.ofSeconds(30))),
        Arguments.of("tidegate.slow-start", "off", plain),
        Arguments.of("tidegate.proxy-in", "off", plain),
        Arguments.of("tidegate.proxy-in", "required", told(NOBODY.withProxyIn(ProxyIn.REQUIRED))),
        Arguments.of(
            "tidegate.proxy-in.trusted",
            "10.0.0.0/8, fd00::1",
            told(NOBODY.withTrusted(List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("fd00::1"))))),
        Arguments.of("tidegate.client-ip", "off", plain),
        Arguments.of("tidegate.client-ip", "proxy-v2", told(NOBODY.withTold(ClientIp.PROXY_V2))),
        Arguments.of(
            "tidegate.udp.timeout.idle",
            "10m",
            plain.withTimeouts(Timeouts.NONE.withUdpIdle(Duration.ofMinutes(10)))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          tidegate.balance           | fastest       | fastest (expected: p2c or round-robin)
          tidegate.allow             | 10.0.0.1/8    | 10.0.0.1/8 (expected: 10.0.0.0/8, or a greater length)
          tidegate.allow             | 10.0.0.0/8,   | 10.0.0.0/8, (expected: nothing empty between commas)
          tidegate.deny              | example.org   | example.org (expected: an address, or a block of them as in 10.0.0.0/8 or fd00::/8)
          tidegate.bind              | 10.0.0.300    | 10.0.0.300 (expected: an address, a block of them as in 10.0.0.0/8, or the name of an interface as in eth1)
          tidegate.bind              | 10.1          | 10.1 (expected: an address, a block of them as in 10.0.0.0/8, or the name of an interface as in eth1)
          tidegate.bind              | 10.0.0.0/33   | 10.0.0.0/33 (expected: a length of at most 32)
          tidegate.bind              | eth0:1        | eth0:1 (expected: an address, a block of them as in 10.0.0.0/8, or the name of an interface as in eth1)
          tidegate.bind              | averylongname123 | averylongname123 (expected: an address, a block of them as in 10.0.0.0/8, or the name of an interface as in eth1)
          tidegate.bind              | fe80::1       | fe80::1 (expected: a link-local address with its interface, as in fe80::1%eth0)
          tidegate.bind              | fd00::1%eth0  | fd00::1%eth0 (expected: an interface behind a link-local address alone)
          tidegate.nodes             | zone=a        | zone=a (expected: KEY==VALUE or KEY!=VALUE, as in node.labels.zone==a)
          tidegate.nodes             | node.zone==a  | node.zone==a (expected: node.id, node.hostname, node.ip, node.role, node.platform.os, node.platform.arch, node.labels.NAME or engine.labels.NAME, not node.zone)
          tidegate.nodes             | node.labels.==a | node.labels.==a (expected: node.id, node.hostname, node.ip, node.role, node.platform.os, node.platform.arch, node.labels.NAME or engine.labels.NAME, not node.labels.)
          tidegate.nodes             | node.ip==eth0 | eth0 (expected: an address, or a block of them as in 10.0.0.0/8 or fd00::/8)
          tidegate.nodes             | node.ip==10.0.0.1/8 | 10.0.0.1/8 (expected: 10.0.0.0/8, or a greater length)
          tidegate.nodes             | node.role=manager | node.role=manager (expected: KEY==VALUE or KEY!=VALUE, as in node.labels.zone==a)
          tidegate.nodes             | node.role | node.role (expected: KEY==VALUE or KEY!=VALUE, as in node.labels.zone==a)
          tidegate.nodes             | !node.role==manager | !node.role==manager (expected: node.id, node.hostname, node.ip, node.role, node.platform.os, node.platform.arch, node.labels.NAME or engine.labels.NAME, not !node.role)
          tidegate.nodes             | ==manager | ==manager (expected: node.id, node.hostname, node.ip, node.role, node.platform.os, node.platform.arch, node.labels.NAME or engine.labels.NAME, not )
          tidegate.nodes             | node.role== | `node.role== (expected: a value of letters, digits, spaces and -_.:/*()?+[]\\^$|)`
          tidegate.nodes             | node.role===manager | `node.role===manager (expected: a value of letters, digits, spaces and -_.:/*()?+[]\\^$|)`
          tidegate.nodes             | node.labels.zone==ä | `node.labels.zone==ä (expected: a value of letters, digits, spaces and -_.:/*()?+[]\\^$|)`
          tidegate.nodes             | node.role==manager,,node.id!=a | node.role==manager,,node.id!=a (expected: nothing empty between commas)
          tidegate.udp.responses     | -1            | -1 (expected: 0 to 65535)
          tidegate.udp.responses     | 65536         | 65536 (expected: 0 to 65535)
          tidegate.udp.responses     | one           | one (expected: 0 to 65535)
          tidegate.limit.connections | 4194305       | 4194305 (expected: 0 to 4194304)
          tidegate.limit.connections | 99999999999   | 99999999999 (expected: 0 to 4194304)
          tidegate.timeout.idle      | 10            | 10 (expected: a number and its unit, as in 250ms, 4s, 10m or 1h)
          tidegate.timeout.idle      | 0s            | 0s (expected: more than 0, at most 720h)
          tidegate.timeout.connect   | 721h          | 721h (expected: more than 0, at most 720h)
          tidegate.timeout.connect   | 999999999h    | 999999999h (expected: more than 0, at most 720h)
          tidegate.udp.timeout.idle  | -5s           | -5s (expected: a number and its unit, as in 250ms, 4s, 10m or 1h)
          tidegate.parking           | 65537         | 65537 (expected: 0 to 65536)
          tidegate.parking           | off           | off (expected: 0 to 65536)
          tidegate.parking.timeout   | 61s           | 61s (expected: more than 0, at most 1m)
          tidegate.parking.timeout   | 0s            | 0s (expected: more than 0, at most 1m)
          tidegate.check             | grpc          | grpc (expected: off, tcp, http or udp)
          tidegate.check.start       | well          | well (expected: ready or unwell)
          tidegate.check.port        | 0             | 0 (expected: 1 to 65535)
          tidegate.check.path        | up            | up (expected: a path that begins with / and has no spaces, at most 1024 characters)
          tidegate.check.path        | /a b          | /a b (expected: a path that begins with / and has no spaces, at most 1024 characters)
          tidegate.check.status      | 99            | 99 (expected: 100 to 599, or two of them with - between, as in 200-399)
          tidegate.check.status      | 300-200       | 300-200 (expected: 100 to 599, or two of them with - between, as in 200-399)
          tidegate.check.send        | a\\q           | a\\q (expected: \\r, \\n, \\t, \\\\ or \\x00 to \\xff, not \\q)
          tidegate.check.expect      | a\\x0          | a\\x0 (expected: \\r, \\n, \\t, \\\\ or \\x00 to \\xff, not \\x)
          tidegate.check.interval    | 99ms          | 99ms (expected: 100ms to 1h)
          tidegate.check.timeout     | 61s           | 61s (expected: 1ms to 1m)
          tidegate.check.fall        | 0             | 0 (expected: 1 to 100)
          tidegate.check.rise        | 101           | 101 (expected: 1 to 100)
          tidegate.drain.timeout     | 0s            | 0s (expected: off, or as in 250ms, 4s or 10m, more than 0 and at most 720h)
          tidegate.drain.timeout     | never         | never (expected: off, or as in 250ms, 4s or 10m, more than 0 and at most 720h)
          tidegate.slow-start        | 61m           | 61m (expected: off, or as in 250ms, 4s or 10m, more than 0 and at most 1h)
          tidegate.slow-start        | on            | on (expected: off, or as in 250ms, 4s or 10m, more than 0 and at most 1h)
          tidegate.publish           | 8443          | "8443" (expected: PUBLISHED:TARGET/PROTOCOL, as in 8443:443/tcp or 10000-20000:7000/udp)
          tidegate.publish           | 8443:443,     | "" (expected: PUBLISHED:TARGET/PROTOCOL, as in 8443:443/tcp or 10000-20000:7000/udp)
          tidegate.publish           | 8443:443/sctp | protocol: sctp (expected: tcp or udp)
          tidegate.client-ip.fallback | drop         | drop (expected: off, proxy-v1, proxy-v2 or refuse)
          tidegate.publish           | 0:443         | published port: 0 (expected: 1 to 65535)
          tidegate.publish           | 8443:65536    | target port: 65536 (expected: 1 to 65535)
          tidegate.publish           | 9-8:1         | published ports: 9-8 (expected: the lower one first)
          tidegate.publish           | 1-9:60001-60008 | "1-9:60001-60008" (expected: one target port, or as many as the 9 that are published)
          tidegate.publish           | 1-9:65530-65538 | target port: 65538 (expected: 1 to 65535)
          tidegate.publish           | 1-65536:1     | published port: 65536 (expected: 1 to 65535)
          tidegate.publish           | 1-9:1,5:1     | 1-9:1,5:1 (expected: each port once, but 1-9/tcp and 5/tcp overlap)
          tidegate.publish           | 1:2,1:3/tcp   | 1:2,1:3/tcp (expected: each port once, not 1/tcp twice)
          """)
  void refusesABadValueNamingItAndWhatIsAllowed(String label, String value, String message) {
    assertThatThrownBy(() -> parse(label, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void takesNoMoreBlocksOfAddressesThanMayBe() {
    assertThat(parse("tidegate.deny", "10.0.0.1,".repeat(255) + "::1").policy().access().deny())
        .hasSize(Access.MOST);
    assertThatThrownBy(() -> parse("tidegate.deny", "10.0.0.1,".repeat(256) + "::1"))
        .hasMessage("257 blocks of addresses (expected: at most 256)");
  }

  @Test
  void asksNoMoreOfNodesThanMayBe() {
    String rule = "node.role!=manager";
    assertThat(parse("tidegate.nodes", (rule + ",").repeat(63) + rule).policy().nodes())
        .hasSize(NodeRule.MOST);
    assertThatThrownBy(() -> parse("tidegate.nodes", (rule + ",").repeat(64) + rule))
        .hasMessage("65 constraints (expected: at most 64)");
  }

  @Test
  void publishesPortsByLabel() {
    assertThat(parse("tidegate.publish", "8443:443/tcp, 5353:53/udp,80:8080").publications())
        .containsExactly(
            new Publication(PublishedPort.tcp(8443), 443, Publication.Means.LABEL),
            new Publication(new PublishedPort(5353, Protocol.UDP), 53, Publication.Means.LABEL),
            new Publication(PublishedPort.tcp(80), 8080, Publication.Means.LABEL));
  }

  @Test
  void publishesRangesByLabel() {
    assertThat(
            parse("tidegate.publish", "10-20:110-120/udp,10-20:7/tcp,30-30:7,40-41:50-50")
                .publications())
        .containsExactly(
            new Publication(
                new PublishedPort(10, 20, Protocol.UDP), 110, true, Publication.Means.LABEL),
            new Publication(
                new PublishedPort(10, 20, Protocol.TCP), 7, false, Publication.Means.LABEL),
            new Publication(PublishedPort.tcp(30), 7, Publication.Means.LABEL),
            new Publication(
                new PublishedPort(40, 41, Protocol.TCP), 50, false, Publication.Means.LABEL));
  }

  @Test
  void leavesARangeOutThatOverlapsWithPortsOfDocker() {
    Publication docker = new Publication(PublishedPort.tcp(8080), 80);
    assertThat(parse("tidegate.publish", "8000-9000:1").beside(List.of(docker)))
        .containsExactly(docker);
  }

  @Test
  void joinsPortsByLabelWithThoseOfDocker() {
    Declared declared = parse("tidegate.publish", "8443:443,8080:81");
    Publication docker = new Publication(PublishedPort.tcp(8080), 80);
    assertThat(declared.beside(List.of(docker)))
        .containsExactly(
            docker, new Publication(PublishedPort.tcp(8443), 443, Publication.Means.LABEL));
    assertThat(Declared.NOTHING.beside(List.of(docker))).containsExactly(docker);
  }

  @Test
  void namesTheNearestOfWhatIsUnknown() {
    assertThat(Labels.named("tidegate.timout.idle")).isNull();
    assertThat(Labels.nearest("tidegate.timout.idle")).isEqualTo("tidegate.timeout.idle");
  }

  @Test
  void isThePageInTheDocumentation() throws IOException {
    assertThat(Files.readString(Path.of("../docs/labels.md")))
        .as("made by: ./tidegate labels --markdown > docs/labels.md")
        .isEqualTo(LabelsPage.markdown());
  }

  private static Policy told(ClientAddress address) {
    return Policy.DEFAULT.withClientAddress(address);
  }

  private static Policy checked(HealthCheck check) {
    return Policy.DEFAULT.withCheck(check);
  }

  private static Declared parse(String label, String value) {
    return Objects.requireNonNull(Labels.named(label)).parse(Declared.NOTHING, value);
  }
}
