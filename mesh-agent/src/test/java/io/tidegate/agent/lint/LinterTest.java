package io.tidegate.agent.lint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.docker.LiveContainer;
import io.tidegate.agent.docker.LiveService;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The same rules for services that run already. */
class LinterTest {

  @Test
  void namesBothSidesOfAClashAndTheOlder() {
    LiveService web = service("web", 200, Map.of(), Map.of(), List.of(8080));
    LiveService api =
        service("api", 100, Map.of("tidegate.publish", "8080:1"), Map.of(), List.of());
    assertThat(check(web, api))
        .containsExactly(
            "service web: port 8080/tcp: published here (docker) and by service api (label)"
                + " (expected: by one service); api is older and keeps it");
    assertThat(Linter.check("", List.of(LintedService.of(web), LintedService.of(api))))
        .allMatch(fault -> fault.concerns("api") && fault.concerns("web"))
        .noneMatch(fault -> fault.concerns("dns"));
  }

  @Test
  void findsRangesThatOverlapWithOthersAndWithPorts() {
    LiveService web = service("web", 200, Map.of(), Map.of(), List.of(8080));
    LiveService api =
        service("api", 100, Map.of("tidegate.publish", "8000-9000:1"), Map.of(), List.of());
    LiveService dns =
        service("dns", 300, Map.of("tidegate.publish", "9000-9001:1"), Map.of(), List.of());
    assertThat(check(web, api, dns))
        .containsExactlyInAnyOrder(
            "service web: port 8080/tcp: published here (docker), overlaps with 8000-9000/tcp of"
                + " service api (label) (expected: ports of one service); api is older and keeps"
                + " it",
            "service dns: port 9000-9001/tcp: published here (label), overlaps with 8000-9000/tcp"
                + " of service api (label) (expected: ports of one service); api is older and keeps"
                + " it");
  }

  @Test
  void findsARangeThatOverlapsWithAPortThatDockerPublishesForTheSameService() {
    LiveService web =
        service("web", 1, Map.of("tidegate.publish", "8000-9000:1"), Map.of(), List.of(8080));
    assertThat(check(web)).singleElement().asString().contains("8000-9000/tcp, which Docker");
  }

  @Test
  void findsAPortByLabelThatAnotherServiceHasInHostMode() {
    LiveService web =
        new LiveService("web", 1, Map.of(), Map.of(), List.of(), List.of(PublishedPort.tcp(8080)));
    LiveService api = service("api", 2, Map.of("tidegate.publish", "8080:1"), Map.of(), List.of());
    assertThat(check(web, api))
        .containsExactly(
            "service api: port 8080/tcp: published here (label) and by service web (docker, in host"
                + " mode) (expected: by one service); web is older and keeps it");
  }

  @Test
  void findsAPortThatAContainerBesideSwarmHolds() {
    LiveService web = service("web", 1, Map.of("tidegate.publish", "8443:80"), Map.of(), List.of());
    LiveService api = service("api", 2, Map.of(), Map.of(), List.of(8080));
    List<LintedService> services = List.of(LintedService.of(web), LintedService.of(api));
    LiveContainer old =
        new LiveContainer("old", List.of(PublishedPort.tcp(8443), PublishedPort.parse("8080/udp")));
    assertThat(PortClashes.withContainers(services, List.of(old)))
        .extracting(fault -> fault.text(""))
        .containsExactly(
            "service web: port 8443/tcp: published here (label) and by container old of this node"
                + " (expected: by one of them); there the container keeps it");
  }

  @Test
  void findsLabelsOnContainers() {
    LiveService web =
        service("web", 1, Map.of(), Map.of("tidegate.balance", "p2c", "other", "1"), List.of());
    assertThat(check(web)).singleElement().asString().contains("on its containers");
  }

  @Test
  void findsHealthChecksThatCannotBeMade() {
    assertThat(check(service("web", 1, Map.of("tidegate.check", "udp"), Map.of(), List.of(80))))
        .containsExactly(
            "service web: label tidegate.check: udp (expected: tidegate.check.send beside it, the"
                + " datagram that is to be answered)");
    assertThat(check(service("web", 1, Map.of("tidegate.check", "http"), Map.of(), List.of())))
        .containsExactly(
            "service web: label tidegate.check: http (expected: tidegate.check.port beside it, as"
                + " no tcp port is published)");
    Map<String, String> good = Map.of("tidegate.check", "http", "tidegate.publish", "80:8080");
    assertThat(check(service("web", 1, good, Map.of(), List.of()))).isEmpty();
  }

  @Test
  void findsLabelsAboutAddressesThatDoNotGoTogether() {
    assertThat(check(web(Map.of("tidegate.proxy-in", "required"))))
        .containsExactly(
            "service web: label tidegate.proxy-in: required without tidegate.proxy-in.trusted, so"
                + " that no header would be believed (expected: both)");
    assertThat(check(web(Map.of("tidegate.proxy-in.trusted", "10.0.0.0/8"))))
        .containsExactly(
            "service web: label tidegate.proxy-in.trusted: means nothing without tidegate.proxy-in"
                + " (expected: both)");
    assertThat(check(web(Map.of("tidegate.client-ip.fallback", "refuse"))))
        .containsExactly(
            "service web: label tidegate.client-ip.fallback: means nothing unless"
                + " tidegate.client-ip is transparent (expected: both)");
    Map<String, String> datagrams =
        Map.of(
            "tidegate.publish", "53:53/udp",
            "tidegate.client-ip", "proxy-v1",
            "tidegate.proxy-in", "optional",
            "tidegate.proxy-in.trusted", "10.0.0.0/8");
    assertThat(check(service("web", 1, datagrams, Map.of(), List.of())))
        .containsExactlyInAnyOrder(
            "service web: label tidegate.client-ip: proxy-v1, without which the service's datagrams"
                + " pass (expected: proxy-v2)",
            "service web: label tidegate.proxy-in: optional, but the service publishes UDP alone"
                + " (expected: a port of TCP)");
    Map<String, String> good =
        Map.of(
            "tidegate.client-ip", "proxy-v2",
            "tidegate.proxy-in", "required",
            "tidegate.proxy-in.trusted", "10.0.0.0/8");
    assertThat(check(web(good))).isEmpty();
  }

  @Test
  void findsHopsByTlsOfServicesWithDatagrams() {
    Map<String, String> datagrams =
        Map.of("tidegate.hop", "tls", "tidegate.publish", "53:53,53:53/udp,5000-5009:5000/udp");
    assertThat(check(service("dns", 1, datagrams, Map.of(), List.of())))
        .containsExactly(
            "service dns: label tidegate.hop: tls, by which no datagrams are passed: clients of"
                + " 53/udp, 5000-5009/udp have the tasks of their own node alone (expected: auto or"
                + " overlay, or those ports on a service of their own)");
    Map<String, String> anyWay = Map.of("tidegate.hop", "auto", "tidegate.publish", "53:53/udp");
    assertThat(check(service("dns", 1, anyWay, Map.of(), List.of()))).isEmpty();
    assertThat(check(web(Map.of("tidegate.hop", "tls")))).isEmpty();
  }

  private static LiveService web(Map<String, String> labels) {
    return service("web", 1, labels, Map.of(), List.of(80));
  }

  @Test
  void leavesTheLabelsOfOthersAlone() {
    LiveService web = service("web", 1, Map.of("traefik.enable", "true"), Map.of(), List.of(80));
    assertThat(check(web)).isEmpty();
  }

  private static List<String> check(LiveService... services) {
    List<LintedService> all = List.of(services).stream().map(LintedService::of).toList();
    return Linter.check("", all).stream().map(fault -> fault.text("")).toList();
  }

  private static LiveService service(
      String name,
      long createdAtNanos,
      Map<String, String> labels,
      Map<String, String> containerLabels,
      List<Integer> ports) {
    return new LiveService(
        name,
        createdAtNanos,
        labels,
        containerLabels,
        ports.stream().map(port -> new Publication(PublishedPort.tcp(port), 80)).toList(),
        List.of());
  }
}
