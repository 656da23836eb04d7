package io.tidegate.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.EjectionStats;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.Ejection.Cause;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EjectionsTest {

  private static final PublishedPort PORT = PublishedPort.tcp(8080);
  private static final Ejection FIRST = new Ejection(Cause.CONNECT_FAILURES, 1, 0, 10);
  private static final Ejection SECOND = new Ejection(Cause.CONNECT_FAILURES, 2, 0, 30);
  private static final Ejection BY_OTHERS = new Ejection(Cause.WITNESSES, 1, 0, 10);
  private static final Ejection OF_NODE = new Ejection(Cause.NODE_SILENT, 1, 0, 10);

  private final Ejections ejections = new Ejections();
  private long version;

  @Test
  void countsEachEjectionOnceByCause() {
    publish("s1", well("a"), well("b"));
    assertThat(ejections.stats()).isEmpty();
    publish("s1", well("a").with(FIRST, true), well("b").with(OF_NODE, true));
    publish("s1", well("a").with(FIRST, true), well("b").with(OF_NODE, true), well("c"));
    assertThat(counted()).isEqualTo(new EjectionStats(counts(1, 1), 0));
    publish("s1", well("a").with(SECOND, true), well("b"), well("c"));
    assertThat(counted()).isEqualTo(new EjectionStats(counts(2, 1), 0));
  }

  @Test
  void countsThoseThatWitnessesEjectApartFromItsOwn() {
    publish("s1", well("a").with(BY_OTHERS, true), well("b").with(FIRST, true), well("c"));
    assertThat(counted()).isEqualTo(new EjectionStats(counts(1, 0, 1), 0));
  }

  @Test
  void countsThoseThatAreSparedAndEjectedLater() {
    publish("s1", well("a").with(FIRST, false), well("b"));
    assertThat(counted()).isEqualTo(new EjectionStats(counts(0, 0), 1));
    publish("s1", well("a").with(FIRST, true), well("b"));
    assertThat(counted()).isEqualTo(new EjectionStats(counts(1, 0), 1));
  }

  @Test
  void forgetsARouteThatIsGoneOrAnothers() {
    publish("s1", well("a").with(FIRST, true), well("b"));
    publish("s2", well("a"), well("b"));
    assertThat(ejections.stats()).isEmpty();
    publish("s2", well("a").with(FIRST, true), well("b"));
    ejections.onTable(new RoutingTable(++version, Map.of()), 0);
    assertThat(ejections.stats()).isEmpty();
  }

  private EjectionStats counted() {
    return ejections.stats().values().iterator().next();
  }

  private static Map<Cause, Long> counts(long connectFailures, long nodeSilent) {
    return counts(connectFailures, nodeSilent, 0);
  }

  private static Map<Cause, Long> counts(long connectFailures, long nodeSilent, long witnesses) {
    return Map.of(
        Cause.CONNECT_FAILURES,
        connectFailures,
        Cause.NODE_SILENT,
        nodeSilent,
        Cause.WITNESSES,
        witnesses);
  }

  private void publish(String serviceId, Endpoint... endpoints) {
    List<Endpoint> picked = Stream.of(endpoints).filter(e -> !e.isEjected()).toList();
    List<Endpoint> withheld = Stream.of(endpoints).filter(Endpoint::isEjected).toList();
    Route route =
        new Route(PORT, serviceId, "web", BalancingPolicy.P2C, picked, List.of(), withheld);
    ejections.onTable(new RoutingTable(++version, Map.of(PORT, route)), 5);
  }

  private static Endpoint well(String id) {
    InetAddress address = InetAddress.ofLiteral("10.0.0." + (id.charAt(0) - 'a' + 1));
    return Endpoint.of(
        new Task(id, "web." + id, "n1", TaskState.RUNNING, Reach.direct(address, 80, "test")), 80);
  }
}
