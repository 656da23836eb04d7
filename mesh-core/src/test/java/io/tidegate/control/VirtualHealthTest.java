package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.ConnectOutcome;
import io.tidegate.routing.ConnectOutcome.Result;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Node;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Service;
import io.tidegate.routing.SwarmTraits;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Testimony;
import io.tidegate.routing.Topology;
import io.tidegate.routing.VirtualIp;
import io.tidegate.routing.VirtualPort;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may be picked behind a virtual address, in hand-moved time. */
class VirtualHealthTest {

  private static final String OWN = "n0";
  private static final VirtualIp IP =
      new VirtualIp("net", "backend", InetAddress.ofLiteral("10.1.0.2")).in("/netns/lb_net");

  private final List<RoutingTable> published = new ArrayList<>();
  private final List<String> probed = new ArrayList<>();
  private final List<Testimony> testimonies = new ArrayList<>();
  private long nowNanos = Long.MAX_VALUE - 1_000;
  private final ControlLoop control =
      new ControlLoop(
          () -> nowNanos,
          () -> Long.MIN_VALUE,
          published::add,
          _ -> {},
          (_, endpoint) -> probed.add(endpoint.taskId() + ":" + portOf(endpoint)),
          testimonies::addAll);

  @Test
  void picksByTheStatesOfTasksAsEverywhere() {
    offer(List.of(), task("a", "n1", TaskState.RUNNING), task("b", "n1", TaskState.DRAINING));
    assertThat(picked()).containsExactly("a");
    pass(ControlLoop.COALESCE);
    offer(List.of(), task("a", "n1", TaskState.UNWELL), task("b", "n1", TaskState.RUNNING));
    assertThat(picked()).containsExactly("b");
    pass(ControlLoop.COALESCE);
    offer(List.of(), task("a", "n1", TaskState.UNWELL), task("b", "n1", TaskState.UNWELL));
    assertThat(picked()).containsExactly("a", "b");
  }

  @Test
  void picksForASecondTasksThatDrainWhereThereAreNoOthers() {
    offer(List.of(), task("a", "n1", TaskState.DRAINING));
    assertThat(picked()).containsExactly("a");
    assertThat(control.idleNanos()).isLessThanOrEqualTo(ControlLoop.LAST_RESORT.toNanos());
    pass(ControlLoop.LAST_RESORT);
    assertThat(picked()).isEmpty();
  }

  @Test
  void saysNothingAgainstATaskThatRefusesAtAVirtualAddress() {
    offer(List.of(), running("a", "n1"), running("b", "n2"));
    tell("a", Result.REFUSED, 3);
    pass(ControlLoop.COALESCE);
    assertThat(picked()).containsExactly("a", "b");
    assertThat(published).hasSize(1);
  }

  @Test
  void picksATaskThatFailsAtItsPublishedPortAlone() {
    Publication web = new Publication(PublishedPort.tcp(8080), 80);
    offer(List.of(web), running("a", "n1"), running("b", "n2"));
    Route route = published.getLast().routes().values().getFirst();
    control.offer(new ConnectOutcome("api", find(route, "a"), Result.REFUSED, 3, false));
    pass(ControlLoop.COALESCE);
    assertThat(published.getLast().routes().values().getFirst().endpoints()).hasSize(1);
    assertThat(picked()).containsExactly("a", "b");
  }

  @Test
  void asksOthersOnANodeWhereTwoTasksKeepSilentAndWithholdsAllOfItsTasks() {
    offer(
        List.of(), running("a", "n1"), running("b", "n1"), running("c", "n1"), running("d", "n2"));
    tell("a", Result.SILENT, 1);
    tell("b", Result.SILENT, 1);
    assertThat(probed).containsExactly("c:1");
    pass(SilentNodes.GRACE);
    assertThat(picked()).as("all, as too few are ready").containsExactly("a", "b", "c", "d");
    assertThat(route().endpoints())
        .filteredOn(Endpoint::isEjected)
        .extracting(endpoint -> Objects.requireNonNull(endpoint.ejection()).cause())
        .hasSize(3)
        .containsOnly(Ejection.Cause.NODE_SILENT);
  }

  @Test
  void speaksAsAWitnessOfPublishedPortsAlone() {
    Publication web = new Publication(PublishedPort.tcp(8080), 80);
    offer(List.of(web), running("a", "n1"), running("b", "n1"), running("d", "n2"));
    tell("a", Result.SILENT, 1);
    tell("b", Result.SILENT, 1);
    pass(SilentNodes.GRACE);
    assertThat(probed).endsWith("d:80");
    Endpoint asked = find(published.getLast().routes().values().getFirst(), "d");
    control.offer(new ConnectOutcome("api", asked, Result.ANSWERED, 0, true));
    pass(ControlLoop.COALESCE);
    assertThat(testimonies).extracting(Testimony::targetPort).containsExactly(80, 80);
  }

  @Test
  void takesANodeBackThatRefusesTheProbe() {
    offer(List.of(), running("a", "n1"), running("b", "n2"), running("c", "n2"));
    tell("a", Result.SILENT, 1);
    tell("a", Result.SILENT, 1);
    pass(SilentNodes.GRACE);
    assertThat(picked()).containsExactly("b", "c");
    pass(Duration.ofSeconds(10));
    assertThat(probed).endsWith("a:1");
    probe("a", Result.REFUSED);
    assertThat(picked()).containsExactly("a", "b", "c");
  }

  @Test
  void forgetsATaskThatIsGone() {
    offer(List.of(), running("a", "n1"), running("b", "n2"));
    tell("a", Result.SILENT, 1);
    pass(SilentNodes.GRACE);
    assertThat(picked()).containsExactly("b");
    pass(ControlLoop.COALESCE);
    offer(List.of(), running("b", "n2"));
    pass(Duration.ofSeconds(10));
    assertThat(probed).as("but for the one before it was ejected").containsExactly("a:1");
  }

  @Test
  void neverTakesItsOwnNodeForSilent() {
    offer(List.of(), running("a", OWN), running("b", "n2"));
    tell("a", Result.SILENT, 1);
    tell("a", Result.SILENT, 1);
    pass(SilentNodes.GRACE);
    assertThat(probed).isEmpty();
    assertThat(picked()).containsExactly("a", "b");
  }

  private static int portOf(Endpoint endpoint) {
    return Objects.requireNonNull(endpoint.address()).getPort();
  }

  private static Task running(String id, String nodeId) {
    return task(id, nodeId, TaskState.RUNNING);
  }

  /** A task on another node that has an address on the ingress network too. */
  private static Task task(String id, String nodeId, TaskState state) {
    int number = id.charAt(0);
    return new Task(
        id,
        id,
        nodeId,
        state,
        Reach.overlay(InetAddress.ofLiteral("10.0.0." + number), "/netns/ingress_sbox", "test"),
        Origin.NONE,
        List.of(),
        Map.of("net", InetAddress.ofLiteral("10.1.0." + number)));
  }

  private void offer(List<Publication> publications, Task... tasks) {
    Service api =
        new Service("api", "api", 1, Policy.DEFAULT, publications, List.of(IP), List.of(tasks));
    control.offer(
        new Topology(
            new Topology(List.of(api)).servicesById(),
            List.of(new Node("n2", InetAddress.ofLiteral("192.0.2.2"))),
            new SwarmTraits(OWN, Map.of()),
            Origin.NONE));
    control.doWork();
  }

  private void tell(String taskId, Result result, int failuresInARow) {
    control.offer(new ConnectOutcome("api", endpoint(taskId), result, failuresInARow, false));
    control.doWork();
  }

  private void probe(String taskId, Result result) {
    control.offer(new ConnectOutcome("api", endpoint(taskId), result, 0, true));
    pass(ControlLoop.COALESCE);
  }

  private Endpoint endpoint(String taskId) {
    return find(route(), taskId);
  }

  private static Endpoint find(Route route, String taskId) {
    return Stream.concat(route.endpoints().stream(), route.withheld().stream())
        .filter(endpoint -> endpoint.taskId().equals(taskId))
        .findFirst()
        .orElseThrow();
  }

  private void pass(Duration time) {
    nowNanos += time.toNanos();
    control.doWork();
  }

  private Route route() {
    var virtual = published.getLast().virtual();
    return Objects.requireNonNull(virtual.get(VirtualPort.of(IP, Protocol.TCP))).route();
  }

  private List<String> picked() {
    return route().endpoints().stream().map(Endpoint::taskId).toList();
  }
}
