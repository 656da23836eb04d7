package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DiscoveryTest {

  private final Discovery discovery = new Discovery();

  @Test
  void knowsNothingBeforeTheFirstReading() {
    assertThat(discovery.topology(0)).isNull();
  }

  @Test
  void managerAndWorkerTellTheSameServicesAndTasks() {
    Discovery worker = new Discovery();
    discovery.onReading(Answers.manager(), 0);
    worker.onReading(Answers.worker(), 0);

    List<Service> byRest = Objects.requireNonNull(discovery.topology(0)).services();
    List<Service> byGossip = Objects.requireNonNull(worker.topology(0)).services();

    assertThat(byRest).hasSize(2);
    assertThat(byRest.stream().map(DiscoveryTest::withoutReaches))
        .isEqualTo(byGossip.stream().map(DiscoveryTest::withoutReaches).toList());
  }

  @Test
  void reachesOwnTasksByTheBridgeAndOthersByTheOverlay() {
    discovery.onReading(Answers.worker(), 0);

    assertThat(task(Answers.OWN_TASK_OF_N2).reach().kind()).isEqualTo(Reach.Kind.LOCAL);
    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.OVERLAY);
  }

  @Test
  void takesOutATaskThatDiedAndNoLaterViewBringsItBack() {
    discovery.onReading(Answers.worker(), 0);
    discovery.onDied(Answers.OWN_TASK_OF_N2, seconds(1));
    assertThat(taskOrNull(Answers.OWN_TASK_OF_N2)).isNull();

    discovery.onReading(Answers.worker(), seconds(2));
    assertThat(taskOrNull(Answers.OWN_TASK_OF_N2)).isNull();
  }

  @Test
  void drainsATaskThatGetsItsStopSignal() {
    discovery.onReading(Answers.manager(), 0);
    discovery.onStopping(Answers.TASK_ON_N1, seconds(1));

    assertThat(task(Answers.TASK_ON_N1, 1).state()).isEqualTo(TaskState.DRAINING);
    assertThat(task(Answers.TASK_ON_N1, 5).state()).isEqualTo(TaskState.DRAINING);
    assertThat(task(Answers.TASK_ON_N1, 6).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void drainsForTheWholeGracePeriodWhereOnlyGossipTells() {
    discovery.onReading(Answers.worker(), 0);
    discovery.onStopping(Answers.OWN_TASK_OF_N2, 0);

    discovery.onReading(Answers.worker(), seconds(300));
    assertThat(task(Answers.OWN_TASK_OF_N2, 300).state()).isEqualTo(TaskState.DRAINING);
  }

  @Test
  void leavesOutTasksOfThisNodeWithoutAContainer() {
    Reading reading = Answers.manager();
    LocalTasks nothing = new LocalTasks(Map.of(), Map.of());
    discovery.onReading(
        new Reading(
            reading.engine(), reading.rest(), reading.ingress(), nothing, reading.sandbox(), null),
        0);

    assertThat(taskOrNull(Answers.TASK_ON_N1)).isNull();
    assertThat(task(Answers.OWN_TASK_OF_N2).reach().kind()).isEqualTo(Reach.Kind.OVERLAY);
  }

  @Test
  void keepsEverythingWhileTheDaemonIsAway() {
    discovery.onReading(Answers.worker(), 0);
    discovery.onDaemonLost();
    discovery.onReadFailed(Answers.sandbox());

    assertThat(taskIds()).hasSize(7);
    assertThat(task(Answers.OWN_TASK_OF_N2).reach().kind()).isEqualTo(Reach.Kind.LOCAL);
  }

  @Test
  void leavesTheOverlayToOtherNodesAsSoonAsTheDaemonGoesAway() {
    discovery.onReading(Answers.worker(), 0);
    discovery.onDaemonLost();

    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.NONE);
    assertThat(task(Answers.TASK_ON_N1).reach().reason()).contains("Docker goes away");

    discovery.onReading(Answers.worker(), seconds(1));
    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.OVERLAY);
  }

  @Test
  void findsNoWayToOtherNodesOnceTheSandboxIsGone() {
    discovery.onReading(Answers.worker(), 0);
    discovery.onReadFailed(new Sandbox(Answers.sandbox().netnsDir(), "gone"));

    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.NONE);
    assertThat(task(Answers.OWN_TASK_OF_N2).reach().kind()).isEqualTo(Reach.Kind.LOCAL);
  }

  @Test
  void keepsServicesThatARestartedDaemonHasNotLearnedYet() {
    discovery.onReading(Answers.worker(), 0);
    discovery.onDaemonLost();
    discovery.onReading(Answers.worker(Answers.emptyIngress()), seconds(20));

    assertThat(taskIds()).hasSize(7);
    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.NONE);
    assertThat(task(Answers.TASK_ON_N1).reach().reason()).contains("gossip");

    discovery.onReading(Answers.worker(), seconds(50));
    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.OVERLAY);
  }

  @Test
  void keepsServicesWhoseNodesLeftTheGossip() {
    discovery.onReading(Answers.worker(), 0);
    discovery.onReading(Answers.worker(ingressWithout("dns", "10.213.77.11")), seconds(1));

    assertThat(services()).extracting(Service::name).containsExactly("dns", "web");
  }

  @Test
  void dropsServicesThatGossipDropsWhileAllNodesAreThere() {
    discovery.onReading(Answers.worker(), 0);
    discovery.onReading(Answers.worker(ingressWithout("dns", "none")), seconds(1));

    assertThat(services()).extracting(Service::name).containsExactly("web");
  }

  @Test
  void keepsPoliciesAndProtocolsWhenAManagerFallsBackToGossip() {
    Reading rest = Answers.manager();
    discovery.onReading(rest, 0);
    List<Service> before = services();

    discovery.onReading(
        new Reading(rest.engine(), null, rest.ingress(), rest.local(), rest.sandbox(), "no leader"),
        seconds(1));

    assertThat(services()).isEqualTo(before);
  }

  @Test
  void givesEachServiceThePolicyOfItsLabel() {
    Reading reading = Answers.manager();
    RestAnswers rest = Objects.requireNonNull(reading.rest());
    List<DockerAnswers.Service> labelled =
        rest.services().stream().map(s -> withLabel(s, "round-robin")).toList();

    discovery.onReading(
        new Reading(
            reading.engine(),
            new RestAnswers(labelled, rest.tasks(), rest.nodes()),
            reading.ingress(),
            reading.local(),
            reading.sandbox(),
            null),
        0);

    assertThat(services())
        .extracting(Service::policy)
        .containsOnly(Policy.of(BalancingPolicy.ROUND_ROBIN));
    assertThat(discovery.rejected()).isZero();
  }

  private static DockerAnswers.Service withLabel(DockerAnswers.Service service, String policy) {
    return new DockerAnswers.Service(
        service.id(),
        new DockerAnswers.ServiceSpec(service.spec().name(), Map.of("tidegate.balance", policy)),
        service.endpoint(),
        service.createdAt());
  }

  @Test
  void publishesByLabelWhatDockerDoesNotPublish() {
    Reading reading = Answers.manager();
    RestAnswers rest = Objects.requireNonNull(reading.rest());
    discovery.onReading(
        new Reading(
            reading.engine(),
            new RestAnswers(
                rest.services().stream().map(DiscoveryTest::byLabelAlone).toList(),
                rest.tasks().stream().map(DiscoveryTest::withoutNetworks).toList(),
                rest.nodes()),
            reading.ingress(),
            reading.local(),
            reading.sandbox(),
            null),
        0);

    Service web = services().stream().filter(s -> s.name().equals("web")).findFirst().orElseThrow();
    assertThat(web.publications())
        .containsExactly(new Publication(PublishedPort.tcp(8443), 443, Publication.Means.LABEL));
    assertThat(web.createdAtNanos()).isPositive();
    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.LOCAL);
    assertThat(task(Answers.OWN_TASK_OF_N2).reach().kind()).isEqualTo(Reach.Kind.NONE);
    assertThat(task(Answers.OWN_TASK_OF_N2).nodeId()).isNotEmpty();
  }

  private static DockerAnswers.Service byLabelAlone(DockerAnswers.Service service) {
    return new DockerAnswers.Service(
        service.id(),
        new DockerAnswers.ServiceSpec(
            service.spec().name(), Map.of("tidegate.publish", "8443:443/tcp")),
        new DockerAnswers.ServiceEndpoint(List.of()),
        service.createdAt());
  }

  private static DockerAnswers.Task withoutNetworks(DockerAnswers.Task task) {
    return new DockerAnswers.Task(
        task.id(),
        task.serviceId(),
        task.slot(),
        task.nodeId(),
        task.status(),
        task.desiredState(),
        List.of());
  }

  private static NetworkAnswers.Network ingressWithout(String service, String peer) {
    NetworkAnswers.Network ingress = Answers.ingress("n2");
    Map<String, NetworkAnswers.GossipService> services = new HashMap<>(ingress.services());
    services.remove(service);
    List<NetworkAnswers.Peer> peers =
        ingress.peers().stream().filter(p -> !p.address().equals(peer)).toList();
    return new NetworkAnswers.Network(
        ingress.id(), ingress.name(), true, ingress.containers(), peers, services);
  }

  private static String withoutReaches(Service service) {
    List<String> tasks =
        service.tasks().stream().map(t -> t.id() + t.name() + t.nodeId() + t.state()).toList();
    return service.id() + service.publications() + tasks;
  }

  private List<Service> services() {
    return Objects.requireNonNull(discovery.topology(seconds(1))).services();
  }

  private List<String> taskIds() {
    return services().stream().flatMap(s -> s.tasks().stream()).map(Task::id).toList();
  }

  private Task task(String id) {
    return Objects.requireNonNull(taskOrNull(id), id);
  }

  private @Nullable Task taskOrNull(String id) {
    return find(id, 1);
  }

  private Task task(String id, long seconds) {
    return Objects.requireNonNull(find(id, seconds), id);
  }

  private @Nullable Task find(String id, long seconds) {
    return Objects.requireNonNull(discovery.topology(seconds(seconds))).services().stream()
        .flatMap(service -> service.tasks().stream())
        .filter(task -> task.id().equals(id))
        .findFirst()
        .orElse(null);
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
