package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.ConnectOutcome.Result;
import io.tidegate.routing.Ejection.Cause;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A node of which nothing answers any more, in hand-moved time. */
class SilentNodeTest {

  private final HealthFixture mesh = new HealthFixture();

  @Test
  void ejectsAllOfANodeWhenTwoOfItsTasksKeepSilentAndOthersToo() {
    offer("a1 n1", "a2 n1", "a3 n1", "b n2", "c n3", "d n4");
    mesh.silent("a1");
    mesh.silent("a2");
    assertThat(mesh.probed).containsExactly("a3");
    assertThat(mesh.picked()).hasSize(6);
    assertThat(mesh.idleNanos()).isEqualTo(SilentNodes.GRACE.toNanos());
    mesh.pass(SilentNodes.GRACE);
    assertThat(mesh.picked()).containsExactly("b", "c", "d");
    assertThat(mesh.ejected("a3").cause()).isEqualTo(Cause.NODE_SILENT);
    assertThat(mesh.secondsLeft("a3")).isEqualTo(10);
  }

  @Test
  void ejectsInAllRoutesMoreThanHalfButNeverTheLast() {
    mesh.offer(
        HealthFixture.service("s1", List.of(8080), tasks("a1 n1", "a2 n1", "a3 n1", "b n2")),
        HealthFixture.service("s2", List.of(9090), tasks("d1 n1", "d2 n1")));
    mesh.silent("a1");
    mesh.silent("d1");
    mesh.pass(SilentNodes.GRACE);
    // Too few are ready: all are picked, and the picker's owner knows which.
    assertThat(states(8080))
        .containsExactly(
            EndpointState.EJECTED,
            EndpointState.EJECTED,
            EndpointState.EJECTED,
            EndpointState.READY);
    assertThat(states(9090)).containsExactly(EndpointState.READY);
    assertThat(mesh.route(9090).withheld())
        .extracting(Endpoint::state)
        .containsExactly(EndpointState.EJECTED);
  }

  @Test
  void leavesANodeAloneOfWhichSomebodyAnswers() {
    offer("a1 n1", "a2 n1", "a3 n1", "b n2", "c n3", "d n4");
    mesh.silent("a1");
    mesh.silent("a2");
    mesh.probe("a3", Result.ANSWERED);
    mesh.pass(Duration.ofSeconds(2));
    assertThat(mesh.picked()).hasSize(6);
  }

  @Test
  void takesARefusalForASignOfLife() {
    offer("a1 n1", "a2 n1", "a3 n1", "b n2", "c n3", "d n4");
    mesh.silent("a1");
    mesh.silent("a2");
    mesh.probe("a3", Result.REFUSED);
    mesh.pass(Duration.ofSeconds(2));
    assertThat(mesh.picked()).hasSize(6);
  }

  @Test
  void asksTheSilentOnesAgainWhereThereAreNoOthers() {
    offer("a n1", "b n2", "c n3");
    mesh.silent("a");
    assertThat(mesh.probed).containsExactly("a");
    mesh.pass(SilentNodes.GRACE);
    assertThat(mesh.picked()).containsExactly("b", "c");
  }

  @Test
  void doesNotAddUpSilenceThatIsMoreThanASecondApart() {
    offer("a1 n1", "a2 n1", "a3 n1", "b n2");
    mesh.silent("a1");
    mesh.pass(Duration.ofMillis(1_001));
    mesh.silent("a2");
    mesh.pass(Duration.ofSeconds(2));
    assertThat(mesh.probed).isEmpty();
    assertThat(mesh.picked()).hasSize(4);
    assertThat(mesh.idleNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void doesNotTakeTheSameTaskForTwo() {
    offer("a1 n1", "a2 n1", "b n2");
    mesh.silent("a1");
    mesh.silent("a1");
    mesh.pass(SilentNodes.GRACE);
    assertThat(mesh.picked()).hasSize(3);
  }

  @Test
  void neverTakesThisNodeForGone() {
    List<Task> here =
        Stream.of("a1", "a2")
            .map(
                id ->
                    new Task(
                        id,
                        id,
                        "n1",
                        TaskState.RUNNING,
                        Reach.local(InetAddress.ofLiteral("172.18.0." + id.charAt(1)), "test")))
            .toList();
    mesh.offer(HealthFixture.service("s1", List.of(8080), here));
    mesh.silent("a1");
    mesh.silent("a2");
    mesh.pass(Duration.ofSeconds(1));
    assertThat(mesh.picked()).containsExactly("a1", "a2");
    assertThat(mesh.probed).isEmpty();
  }

  @Test
  void revivesAllOfTheNodeWithOneAnswer() {
    loseNode1();
    mesh.pass(Duration.ofSeconds(10));
    assertThat(mesh.probed).containsExactlyInAnyOrder("a1", "a2", "a3");
    mesh.probe("a1", Result.SILENT);
    mesh.probe("a2", Result.REFUSED);
    assertThat(mesh.picked()).hasSize(6);
  }

  @Test
  void ejectsTheNodeAgainWhenNoProbeIsAnswered() {
    loseNode1();
    mesh.pass(Duration.ofSeconds(10));
    mesh.probe("a1", Result.SILENT);
    mesh.probe("a2", Result.SILENT);
    assertThat(mesh.ejected("a1").times()).isEqualTo(1);
    mesh.probe("a3", Result.SILENT);
    assertThat(mesh.picked()).containsExactly("b", "c", "d");
    assertThat(mesh.ejected("a1").times()).isEqualTo(2);
    assertThat(mesh.secondsLeft("a2")).isEqualTo(20);
  }

  @Test
  void countsThoseThatWereEjectedByThemselvesAmongTheNodes() {
    offer("a1 n1", "a2 n1", "a3 n1", "a4 n1", "b n2", "c n3", "d n4", "e n5");
    mesh.failed("a1", 3);
    mesh.silent("a2");
    mesh.silent("a3");
    mesh.pass(SilentNodes.GRACE);
    assertThat(mesh.picked()).containsExactly("b", "c", "d", "e");
    assertThat(mesh.ejected("a1").cause()).isEqualTo(Cause.NODE_SILENT);
  }

  private void loseNode1() {
    offer("a1 n1", "a2 n1", "a3 n1", "b n2", "c n3", "d n4");
    mesh.probed.clear();
    mesh.silent("a1");
    mesh.silent("a2");
    mesh.pass(SilentNodes.GRACE);
    mesh.probed.clear();
  }

  private void offer(String... tasksAndNodes) {
    mesh.offer(HealthFixture.service("s1", List.of(8080), tasks(tasksAndNodes)));
  }

  private static List<Task> tasks(String... tasksAndNodes) {
    return Stream.of(tasksAndNodes)
        .map(text -> text.split(" ", -1))
        .map(words -> HealthFixture.task(words[0], words[1]))
        .toList();
  }

  private List<EndpointState> states(int port) {
    return mesh.route(port).endpoints().stream().map(Endpoint::state).toList();
  }
}
