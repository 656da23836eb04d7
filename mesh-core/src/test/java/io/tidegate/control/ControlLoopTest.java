package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Clash;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Node;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ControlLoopTest {

  private static final PublishedPort WEB = PublishedPort.tcp(8080);

  private final List<RoutingTable> published = new ArrayList<>();
  private long nowNanos = 1_000;
  private final List<Topology> inForce = new ArrayList<>();
  private final ControlLoop control =
      new ControlLoop(() -> nowNanos, () -> 0, published::add, inForce::add, (_, _) -> {}, _ -> {});

  @Test
  void publishesTheFirstTopologyAtOnce() {
    offer(web(running("a", "10.0.0.7")));
    assertThat(published).hasSize(1);
    assertThat(published.getFirst().version()).isEqualTo(1);
    assertThat(route().endpoints())
        .extracting(Endpoint::address)
        .containsExactly(new InetSocketAddress("10.0.0.7", 80));
  }

  @Test
  void isDueAtOnceOrWhenTheLastTableIsOldEnough() {
    assertThat(control.idleNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
    control.offer(new Topology(List.of(web(running("a", "10.0.0.7")))));
    assertThat(control.idleNanos()).isNotPositive();
    control.doWork();
    assertThat(control.idleNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
    control.offer(new Topology(List.of(web(running("b", "10.0.0.8")))));
    assertThat(control.idleNanos()).isEqualTo(ControlLoop.COALESCE.toNanos());
  }

  @Test
  void publishesAnEmptyTopologyToo() {
    offer();
    assertThat(published).singleElement().satisfies(table -> assertThat(table.routes()).isEmpty());
  }

  @Test
  void publishesOnlyTheNewestOfABurst() {
    offer(web(running("a", "10.0.0.7")));
    offer(web(running("b", "10.0.0.8")));
    offer(web(running("c", "10.0.0.9")));
    assertThat(published).hasSize(1);
    pass(ControlLoop.COALESCE);
    assertThat(published).hasSize(2);
    assertThat(route().endpoints()).extracting(Endpoint::taskId).containsExactly("c");
    assertThat(published.getLast().version()).isEqualTo(2);
  }

  @Test
  void publishesAtOnceAfterAQuietWhile() {
    offer(web(running("a", "10.0.0.7")));
    pass(Duration.ofSeconds(1));
    offer(web(running("b", "10.0.0.8")));
    assertThat(published).hasSize(2);
  }

  @Test
  void dropsATopologyThatChangesNothing() {
    offer(web(running("a", "10.0.0.7"), running("b", "10.0.0.8")));
    pass(Duration.ofSeconds(1));
    offer(web(running("b", "10.0.0.8"), running("a", "10.0.0.7")));
    pass(Duration.ofSeconds(1));
    assertThat(published).hasSize(1);
  }

  @Test
  void tellsOfEachTopologyThatTheTableInForceSaysAllOf() {
    Topology first = new Topology(List.of(web(running("a", "10.0.0.7"))));
    Topology overtaken = new Topology(List.of(web(running("b", "10.0.0.8"))));
    Topology second = new Topology(List.of(web(running("c", "10.0.0.9"))));
    Topology equal = new Topology(second.services());
    control.offer(first);
    control.doWork();
    control.offer(overtaken);
    control.doWork();
    control.offer(second);
    assertThat(inForce).containsExactly(first);
    pass(ControlLoop.COALESCE);
    control.offer(equal);
    pass(ControlLoop.COALESCE);
    assertThat(inForce)
        .usingElementComparator(ControlLoopTest::identity)
        .containsExactly(first, second, equal);
    assertThat(published).hasSize(2);
  }

  @SuppressWarnings("ReferenceEquality") // Which of two equal ones it is counts here.
  private static int identity(Topology one, Topology other) {
    return one == other ? 0 : 1;
  }

  @Test
  void withholdsDrainingAndUnreachableTasksFromPickers() {
    Task draining = task("b", TaskState.DRAINING, Reach.local(address("172.18.0.3"), "test"));
    Task unreachable = task("c", TaskState.RUNNING, Reach.none("no way"));
    offer(web(running("a", "10.0.0.7"), draining, unreachable));
    assertThat(route().endpoints()).extracting(Endpoint::taskId).containsExactly("a");
    assertThat(route().withheld())
        .extracting(Endpoint::state)
        .containsExactly(EndpointState.DRAINING, EndpointState.UNREACHABLE);
  }

  @Test
  void picksDoubtedTasksOnlyWhereNothingElseIsLeft() {
    Task doubted = task("b", TaskState.DOUBTED, Reach.local(address("172.18.0.3"), "test"));
    offer(web(running("a", "10.0.0.7"), doubted));
    assertThat(route().endpoints()).extracting(Endpoint::taskId).containsExactly("a");
    assertThat(route().withheld()).extracting(Endpoint::taskId).containsExactly("b");

    offer(web(doubted));
    pass(Duration.ofSeconds(1));
    assertThat(route().endpoints()).extracting(Endpoint::taskId).containsExactly("b");
  }

  @Test
  void leadsDetoursToThePublishedPortOfEveryOtherNode() {
    Node n2 = new Node("n2", address("192.0.2.2"));
    Node n3 = new Node("n3", address("192.0.2.3"));
    control.offer(new Topology(List.of(web(running("a", "10.0.0.7"))), List.of(n3, n2)));
    control.doWork();
    assertThat(route().detours()).containsExactly(n2, n3);
  }

  @Test
  void givesAPortThatTwoServicesPublishToTheSmallerId() {
    offer(service("s2", running("a", "10.0.0.7")), service("s1", running("b", "10.0.0.8")));
    assertThat(route().serviceId()).isEqualTo("s1");
  }

  @Test
  void givesAPortThatTwoServicesPublishToTheOlder() {
    offer(aged("s1", 200), aged("s2", 100), aged("s3", 0), aged("s4", 100));
    assertThat(route().serviceId()).isEqualTo("s2");
    assertThat(published.getLast().clashes())
        .singleElement()
        .satisfies(
            clash -> {
              assertThat(clash.keeper().serviceId()).isEqualTo("s2");
              assertThat(clash.others())
                  .extracting(Clash.Claim::serviceId)
                  .containsExactly("s4", "s1", "s3");
              assertThat(clash)
                  .hasToString(
                      "8080/tcp: published by s2 (docker) and by s4 (label), s1 (docker), s3"
                          + " (docker); s2 keeps it");
            });
  }

  @Test
  void givesThePortToTheNextWhenItsKeeperGoes() {
    offer(aged("s1", 200), aged("s2", 100));
    pass(Duration.ofSeconds(1));
    offer(aged("s1", 200));
    assertThat(route().serviceId()).isEqualTo("s1");
    assertThat(published.getLast().clashes()).isEmpty();
  }

  @Test
  void publishesAClashThatChangesNoRoute() {
    offer(aged("s1", 100));
    pass(Duration.ofSeconds(1));
    offer(aged("s1", 100), aged("s2", 200));
    assertThat(published).hasSize(2);
    assertThat(published.getLast().clashes()).hasSize(1);
  }

  private static Service aged(String id, long createdAtNanos) {
    Publication.Means means = id.equals("s4") ? Publication.Means.LABEL : Publication.Means.DOCKER;
    return new Service(
        id,
        id,
        createdAtNanos,
        Policy.DEFAULT,
        List.of(new Publication(WEB, 80, means)),
        List.of(),
        List.of(running(id, "10.0.0.7")));
  }

  private Route route() {
    return Objects.requireNonNull(published.getLast().routes().get(WEB));
  }

  private void offer(Service... services) {
    control.offer(new Topology(List.of(services)));
    control.doWork();
  }

  private void pass(Duration time) {
    nowNanos += time.toNanos();
    control.doWork();
  }

  private static Service web(Task... tasks) {
    return service("s1", tasks);
  }

  private static Service service(String id, Task... tasks) {
    return new Service(
        id, "web", BalancingPolicy.P2C, List.of(new Publication(WEB, 80)), List.of(tasks));
  }

  private static Task running(String id, String address) {
    return task(
        id,
        TaskState.RUNNING,
        Reach.overlay(address(address), "/run/docker/netns/ingress_sbox", "test"));
  }

  private static Task task(String id, TaskState state, Reach reach) {
    return new Task(id, "web." + id, "node", state, reach);
  }

  private static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
