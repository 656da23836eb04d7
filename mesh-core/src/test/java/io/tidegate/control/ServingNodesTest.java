package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.Node;
import io.tidegate.routing.NodeRule;
import io.tidegate.routing.NodeTraits;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Service;
import io.tidegate.routing.SwarmTraits;
import io.tidegate.routing.Topology;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A service says which nodes serve its ports. */
class ServingNodesTest {

  private static final PublishedPort PORT = PublishedPort.tcp(8080);
  private static final PublishedPort OTHER = PublishedPort.tcp(8081);

  private long nowNanos = Duration.ofSeconds(1).toNanos();
  private final List<RoutingTable> tables = new ArrayList<>();
  private final ControlLoop loop = new ControlLoop(() -> nowNanos, tables::add);

  @Test
  void servesAPortWhereAllHolds() {
    RoutingTable table = offer("a", "node.labels.zone==a,node.role==worker");
    assertThat(table.routes().get(PORT)).isNotNull();
    assertThat(table.unserved()).isEmpty();
  }

  @Test
  void servesNoPortWhereSomethingDoesNotHoldAndSaysWhat() {
    RoutingTable table = offer("b", "node.role==worker,node.labels.zone==a");
    assertThat(table.routes().get(PORT)).isNull();
    assertThat(table.routes().get(OTHER)).isNotNull();
    assertThat(table.unserved().getFirst().reason())
        .isEqualTo("not served on this node: node.labels.zone==a does not hold, it is b");
  }

  @Test
  void followsALabelOfThisNodeAndLeavesOtherRoutesAlone() {
    Route other = Objects.requireNonNull(offer("b", "node.labels.zone==a").routes().get(OTHER));
    RoutingTable moved = offer("a", "node.labels.zone==a");
    assertThat(moved.routes().get(PORT)).isNotNull();
    assertThat(moved.routes().get(OTHER)).isSameAs(other);
    assertThat(moved.unserved()).isEmpty();
    assertThat(offer("c", "node.labels.zone==a").routes().get(PORT)).isNull();
  }

  @Test
  void makesDetoursOnlyToNodesThatServeThePort() {
    RoutingTable table = offer("a", "node.labels.zone==a");
    assertThat(Objects.requireNonNull(table.routes().get(PORT)).detours())
        .extracting(Node::id)
        .containsExactly("n2", "n4");
    assertThat(Objects.requireNonNull(table.routes().get(OTHER)).detours()).hasSize(3);
  }

  @Test
  void servesAPortWhereNobodyHasToldWhatThisNodeIs() {
    assertThat(offer("", "node.labels.zone==a").routes().get(PORT)).isNotNull();
  }

  /** n2 is in zone a, n3 in zone b, of n4 nothing is known. */
  private RoutingTable offer(String ownZone, String rules) {
    Policy policy =
        Policy.DEFAULT.withNodes(Stream.of(rules.split(",", -1)).map(NodeRule::parse).toList());
    Topology listed =
        new Topology(
            List.of(service("s1", PORT, policy), service("s2", OTHER, Policy.DEFAULT)),
            List.of(node("n2", 2), node("n3", 3), node("n4", 4)));
    Map<String, NodeTraits> traits =
        ownZone.isEmpty()
            ? Map.of()
            : Map.of("n1", traits("n1", ownZone), "n2", traits("n2", "a"), "n3", traits("n3", "b"));
    loop.offer(
        new Topology(
            listed.servicesById(), listed.nodes(), new SwarmTraits("n1", traits), Origin.NONE));
    nowNanos += ControlLoop.COALESCE.toNanos();
    loop.doWork();
    return tables.getLast();
  }

  private static Service service(String id, PublishedPort port, Policy policy) {
    return new Service(id, id, policy, List.of(new Publication(port, 80)), List.of());
  }

  private static Node node(String id, int host) {
    return new Node(id, InetAddress.ofLiteral("10.0.0." + host));
  }

  private static NodeTraits traits(String id, String zone) {
    return new NodeTraits(
        id, id, "10.0.0.1", "WORKER", "linux", "x86_64", Map.of("zone", zone), Map.of());
  }
}
