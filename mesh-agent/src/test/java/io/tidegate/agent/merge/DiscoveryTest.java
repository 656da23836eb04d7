package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.docker.Reading;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.TaskState;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is known, whoever told it. */
class DiscoveryTest extends DiscoveryFixture {

  @Test
  void knowsNothingBeforeTheFirstReading() {
    assertThat(discovery.topology(0)).isNull();
  }

  @Test
  void managerAndWorkerTellTheSameServicesAndTasks() {
    Discovery worker = new Discovery(() -> 0);
    discovery.onReading(Answers.manager(), 0);
    worker.onReading(Answers.worker(), 0);

    List<Service> byRest = Objects.requireNonNull(discovery.topology(0)).services();
    List<Service> byGossip = Objects.requireNonNull(worker.topology(0)).services();

    assertThat(byRest).hasSize(2);
    assertThat(byRest.stream().map(DiscoveryFixture::withoutReaches))
        .isEqualTo(byGossip.stream().map(DiscoveryFixture::withoutReaches).toList());
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
        new Reading(
            rest.engine(), null, rest.ingress(), rest.local(), rest.sandbox(), true, "no leader"),
        seconds(1));

    assertThat(services()).isEqualTo(before);
  }

  @Test
  void givesEachServiceThePolicyOfItsLabel() {
    discovery.onReading(Answers.manager(), 0);
    long before = discovery.view().rejected();
    ClusterState state = Answers.cluster();
    List<ClusterService> labelled =
        state.services().stream()
            .map(s -> withLabel(s, s.version().index(), "round-robin"))
            .toList();

    discovery.onListed("stream", new ClusterState(labelled, state.tasks(), state.nodes()), 0);

    assertThat(services())
        .extracting(service -> service.policy().balance())
        .containsOnly(BalancingPolicy.ROUND_ROBIN);
    assertThat(discovery.view().rejected()).isEqualTo(before);
  }

  @Test
  void beginsWithWhatWasSavedAndDoubtsItUntilSomebodyTellsMore() {
    discovery.onSaved("n1", Answers.cluster(), Answers.sandbox(), 0);
    assertThat(taskIds()).hasSize(7);
    assertThat(task(TASK.id()).state()).isEqualTo(TaskState.DOUBTED);
    assertThat(task(TASK.id()).origin().source()).isEqualTo("saved");

    discovery.onListed("stream", Answers.cluster(), seconds(1));
    assertThat(task(TASK.id()).state()).isEqualTo(TaskState.RUNNING);
    assertThat(task(TASK.id()).origin().source()).isEqualTo("stream");
  }

  @Test
  void letsGossipConfirmWhatWasSaved() {
    discovery.onSaved(
        Answers.worker().engine().swarm().nodeId(), Answers.cluster(), Answers.sandbox(), 0);
    discovery.onReading(Answers.worker(), seconds(1));

    assertThat(task(TASK.id()).state()).isEqualTo(TaskState.RUNNING);
    assertThat(task(TASK.id()).origin().source()).isEqualTo("swarm-gossip");
  }

  @Test
  void forgetsWhatWasSavedInAnotherSwarm() {
    discovery.onSaved("of another Swarm", Answers.cluster(), Answers.sandbox(), 0);
    discovery.onReading(Answers.worker(Answers.emptyIngress()), seconds(1));
    discovery.onReading(Answers.worker(Answers.emptyIngress()), seconds(2));

    assertThat(services()).isEmpty();
  }

  @Test
  void keepsWhatWasToldSinceTheCertificateSaidThatThisNodeHasJoinedAnew() {
    discovery.onReading(Answers.worker(), 0);
    assertThat(discovery.onNodeId("anew", seconds(1))).isTrue();
    assertThat(services()).isEmpty();

    discovery.onListed("stream", Answers.cluster(), seconds(1));
    discovery.onReading(Answers.joined("anew"), seconds(2));

    assertThat(services()).extracting(Service::name).containsExactlyInAnyOrder("dns", "web");
    assertThat(discovery.onNodeId("anew", seconds(3))).isFalse();
  }

  @Test
  void publishesByLabelWhatDockerDoesNotPublish() {
    ClusterState state = Answers.cluster();
    discovery.onReading(
        reading(
            new ClusterState(
                state.services().stream().map(DiscoveryFixture::byLabelAlone).toList(),
                state.tasks().stream().map(DiscoveryFixture::withoutNetworks).toList(),
                state.nodes())),
        0);

    Service web = service("web");
    assertThat(web.publications())
        .containsExactly(new Publication(PublishedPort.tcp(8443), 443, Publication.Means.LABEL));
    assertThat(web.createdAtNanos()).isPositive();
    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.LOCAL);
    assertThat(task(Answers.OWN_TASK_OF_N2).reach().kind()).isEqualTo(Reach.Kind.NONE);
    assertThat(task(Answers.OWN_TASK_OF_N2).nodeId()).isNotEmpty();
  }
}
