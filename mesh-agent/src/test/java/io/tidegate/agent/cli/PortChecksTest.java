package io.tidegate.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.Bind;
import io.tidegate.routing.Bind.Place;
import io.tidegate.routing.NodeRule;
import io.tidegate.routing.NodeTraits;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Service;
import io.tidegate.routing.SwarmTraits;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PortChecksTest {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final String HELD = "(pid " + ProcessHandle.current().pid() + ")";

  private final PortChecks ports = new PortChecks("127.0.0.1", SwarmTraits.NONE);

  @Test
  void nameWhoHoldsAPort() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
      int port = taken.getLocalPort();
      Finding finding = one(Policy.DEFAULT, PublishedPort.tcp(port));
      assertThat(finding.grade()).isEqualTo(Finding.Grade.FAIL);
      assertThat(finding.what()).isEqualTo(port + "/tcp");
      assertThat(finding.found()).contains("Address already in use").contains("held by ", HELD);
    }
  }

  @Test
  void nameWhoHoldsAUdpPort() throws IOException {
    ServerSocket tcp = new ServerSocket(0, 1, LOOPBACK);
    try (DatagramSocket holder = new DatagramSocket(tcp.getLocalPort(), LOOPBACK)) {
      // Of the two only the UDP port is held from now on.
      tcp.close();
      int port = holder.getLocalPort();
      Finding finding = one(Policy.DEFAULT, new PublishedPort(port, Protocol.UDP));
      assertThat(finding.grade()).isEqualTo(Finding.Grade.FAIL);
      assertThat(finding.toString()).contains(HELD);
      assertThat(one(Policy.DEFAULT, PublishedPort.tcp(port)).grade()).isEqualTo(Finding.Grade.OK);
    }
  }

  @Test
  void lookWhereAServiceWantsItsPortBoundAndNowhereElse() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
      int port = taken.getLocalPort();
      assertThat(of(bind("127.0.0.2", "127.0.0.3"), PublishedPort.tcp(port)))
          .containsExactly(
              Finding.ok(port + "/tcp", "127.0.0.2:" + port + " can be bound"),
              Finding.ok(port + "/tcp", "127.0.0.3:" + port + " can be bound"));
      assertThat(of(bind("127.0.0.2", "lo"), PublishedPort.tcp(port)))
          .filteredOn(finding -> finding.grade() == Finding.Grade.FAIL)
          .singleElement()
          .extracting(Finding::found)
          .asString()
          .startsWith("127.0.0.1:" + port + ": Address already in use");
    }
  }

  @Test
  void warnOfAPortForWhichThisNodeHasNoAddress() {
    Finding finding = one(bind("192.0.2.1", "none0"), PublishedPort.tcp(8080));
    assertThat(finding.grade()).isEqualTo(Finding.Grade.WARN);
    assertThat(finding.found())
        .isEqualTo("nothing to bind: no address 192.0.2.1, no interface none0 with an address");
    assertThat(finding.advice()).contains("will not serve it").contains("tidegate.bind");
  }

  @Test
  void tryNoPortThatThisNodeIsNotToServe() throws IOException {
    NodeTraits own = new NodeTraits("id2", "n2", "", "worker", "linux", "", Map.of(), Map.of());
    PortChecks onWorker = new PortChecks("127.0.0.1", new SwarmTraits("id2", Map.of("id2", own)));
    Policy onManagers = Policy.DEFAULT.withNodes(List.of(NodeRule.parse("node.role==manager")));
    try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
      PublishedPort port = PublishedPort.tcp(taken.getLocalPort());
      assertThat(onWorker.of(service(onManagers), port))
          .containsExactly(
              Finding.ok(
                  port.toString(),
                  "not served on this node: node.role==manager does not hold, it is worker"));
    }
  }

  private Finding one(Policy policy, PublishedPort port) {
    List<Finding> findings = of(policy, port);
    assertThat(findings).hasSize(1);
    return findings.getFirst();
  }

  private List<Finding> of(Policy policy, PublishedPort port) {
    return ports.of(service(policy), port);
  }

  private static Policy bind(String... places) {
    return Policy.DEFAULT.withBind(new Bind(Stream.of(places).map(Place::parse).toList()));
  }

  private static Service service(Policy policy) {
    return new Service("s1", "web", policy, List.of(), List.of());
  }
}
