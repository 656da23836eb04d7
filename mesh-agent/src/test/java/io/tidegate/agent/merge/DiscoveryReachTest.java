package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.Version;
import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.docker.LocalTasks;
import io.tidegate.agent.docker.Reading;
import io.tidegate.agent.docker.Sandbox;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import java.util.List;
import org.junit.jupiter.api.Test;

/** By which way this node reaches what is known. */
class DiscoveryReachTest extends DiscoveryFixture {

  @Test
  void reachesOwnTasksByTheBridgeAndOthersByTheOverlay() {
    discovery.onReading(Answers.worker(), 0);

    assertThat(task(Answers.OWN_TASK_OF_N2).reach().kind()).isEqualTo(Reach.Kind.LOCAL);
    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.OVERLAY);
  }

  @Test
  void leavesOutTasksOfThisNodeWithoutAContainer() {
    discovery.onReading(withoutLocal(Answers.manager()), 0);

    assertThat(taskOrNull(Answers.TASK_ON_N1)).isNull();
    assertThat(task(Answers.OWN_TASK_OF_N2).reach().kind()).isEqualTo(Reach.Kind.OVERLAY);
  }

  @Test
  void takesATaskOfThisNodeByItsIngressAddressFromItsStartToTheReadingThatTellsMore() {
    discovery.onReading(withoutLocal(Answers.manager()), 0);

    discovery.onStarted(Answers.TASK_ON_N1, "c1");
    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.OVERLAY);

    discovery.onReading(withoutLocal(Answers.manager()), 0);
    assertThat(task(Answers.TASK_ON_N1).reach().kind())
        .as("the reading may have begun before the start")
        .isEqualTo(Reach.Kind.OVERLAY);

    discovery.onReading(Answers.manager(), 0);
    assertThat(task(Answers.TASK_ON_N1).reach().kind()).isEqualTo(Reach.Kind.LOCAL);
  }

  @Test
  void leavesOutATaskThatStartedAndThatTwoReadingsDoNotTell() {
    discovery.onReading(withoutLocal(Answers.manager()), 0);
    discovery.onStarted(Answers.TASK_ON_N1, "c1");

    discovery.onReading(withoutLocal(Answers.manager()), 0);
    discovery.onReading(withoutLocal(Answers.manager()), 0);

    assertThat(taskOrNull(Answers.TASK_ON_N1)).isNull();
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
  void wantsToReadSoonWhenATaskRunsThatItsOwnDockerDoesNotKnow() {
    beWatched();
    assertThat(discovery.isUnsettled(seconds(10))).isFalse();

    discovery.onCommit(put(notLearnedYet()), seconds(10));

    assertThat(find("new", 10)).isNotNull();
    assertThat(discovery.isUnsettled(seconds(10))).isTrue();
    assertThat(discovery.isUnsettled(seconds(71))).isFalse();
  }

  @Test
  void waitsForNoTaskOfAServiceThatIsGone() {
    beWatched();
    discovery.onCommit(put(notLearnedYet()), seconds(10));
    assertThat(find("new", 10)).isNotNull();

    discovery.onCommit(
        new Commit(
            List.of(new Commit.Change.Removed(ClusterObject.Kind.SERVICE, TASK.serviceId()))),
        seconds(11));

    assertThat(find("new", 11)).isNull();
    assertThat(discovery.isUnsettled(seconds(11))).isFalse();
  }

  private static ClusterTask notLearnedYet() {
    return new ClusterTask(
        "new",
        Version.at(1000),
        TASK.serviceId(),
        9,
        "elsewhere",
        ClusterTask.State.RUNNING,
        ClusterTask.State.RUNNING,
        List.of(new ClusterTask.Attachment("i", "ingress", true, List.of("10.0.0.99/24"))));
  }

  @Test
  void touchesOnlyServicesOfWhichTheReachableTasksAreOthers() {
    discovery.onReading(Answers.manager(), 0);
    Service web = service("web");
    Reading reading = Answers.manager();
    discovery.onReading(
        new Reading(
            reading.engine(),
            reading.cluster(),
            ingressWithout("dns", "none"),
            reading.local(),
            reading.sandbox(),
            true,
            null),
        0);

    assertThat(service("web")).isSameAs(web);
    assertThat(service("dns").tasks())
        .extracting(task -> task.reach().kind())
        .contains(Reach.Kind.NONE);
  }

  private static Reading withoutLocal(Reading reading) {
    return new Reading(
        reading.engine(),
        reading.cluster(),
        reading.ingress(),
        LocalTasks.NONE,
        reading.sandbox(),
        true,
        null);
  }
}
