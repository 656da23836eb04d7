package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.ConnectOutcome.Result;
import io.tidegate.routing.Ejection.Cause;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Witness;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What this node makes of what others witness, in hand-moved time. */
class EvidenceTest {

  private final HealthFixture mesh = new HealthFixture();

  @BeforeEach
  void knowOthers() {
    mesh.knowOthers();
  }

  @Test
  void ejectsWhatTwoNodesSpeakAgainstAlthoughItHasNotTriedIt() {
    say("a");
    assertThat(mesh.picked()).containsExactly("a", "b", "c");
    say("a", "w1");
    assertThat(mesh.picked()).as("one is not enough").containsExactly("a", "b", "c");
    say("a", "w1", "w2");
    assertThat(mesh.picked()).containsExactly("b", "c");
    assertThat(mesh.ejected("a").cause()).isEqualTo(Cause.WITNESSES);
    assertThat(mesh.ejected("a").times()).isEqualTo(1);
    assertThat(mesh.secondsLeft("a")).isEqualTo(10 - ControlLoop.COALESCE.toMillis() / 1e3);
  }

  @Test
  void takesTheSameNodeForOneWitnessHoweverOftenItSpeaks() {
    Witness witness = new Witness("w1", 80);
    offer(HealthFixture.witnessed(task("a"), List.of(witness, witness)));
    assertThat(mesh.picked()).containsExactly("a", "b", "c");
  }

  @Test
  void hearsOfEachPortOfATaskByItself() {
    offer(
        HealthFixture.witnessed(task("a"), List.of(new Witness("w1", 80), new Witness("w2", 81))));
    assertThat(mesh.picked()).containsExactly("a", "b", "c");
  }

  @Test
  void bringsItBackOnceFewerThanTwoSpeakAgainstIt() {
    say("a", "w1", "w2", "w3");
    say("a", "w2", "w3");
    assertThat(mesh.picked()).containsExactly("b", "c");
    say("a", "w3");
    assertThat(mesh.picked()).containsExactly("a", "b", "c");
    mesh.pass(Duration.ofSeconds(30));
    assertThat(mesh.probed).isEmpty();
  }

  @Test
  void bringsBackWhatItsOwnProbeFindsWellAndBelievesTheSameWitnessesNoMore() {
    say("a", "w1", "w2");
    mesh.pass(Duration.ofSeconds(10));
    assertThat(mesh.probed).containsExactly("a");
    mesh.probe("a", Result.ANSWERED);
    assertThat(mesh.picked()).containsExactly("a", "b", "c");

    say("a", "w1", "w2", "w3");
    say("a", "w1");
    say("a", "w1", "w2");
    assertThat(mesh.picked()).containsExactly("a", "b", "c");

    say("a");
    say("a", "w1", "w2");
    assertThat(mesh.picked()).as("a new charge").containsExactly("b", "c");
  }

  @Test
  void ejectsForLongerEachTimeItsOwnProbeFails() {
    say("a", "w1", "w2");
    mesh.pass(Duration.ofSeconds(10));
    mesh.probe("a", Result.REFUSED);
    assertThat(mesh.ejected("a").times()).isEqualTo(2);
    assertThat(mesh.secondsLeft("a")).isEqualTo(20);
    assertThat(mesh.ejected("a").cause()).isEqualTo(Cause.WITNESSES);
    say("a");
    assertThat(mesh.picked()).containsExactly("a", "b", "c");
  }

  @Test
  void spreadsTheEndsOfSuchEjectionsToo() {
    HealthFixture longest = new HealthFixture(() -> -1);
    longest.offerTasks(HealthFixture.witnessed(task("a"), "w1", "w2"), task("b"), task("c"));
    assertThat(longest.secondsLeft("a")).isBetween(11.99, 12.01);
  }

  @Test
  void isNoWitnessItselfOfWhatOthersSay() {
    say("a", "w1", "w2");
    mesh.pass(Duration.ofSeconds(10));
    mesh.probe("a", Result.REFUSED);
    mesh.probe("b", Result.ANSWERED);
    mesh.probe("c", Result.ANSWERED);
    mesh.pass(Duration.ofSeconds(20));
    mesh.probe("a", Result.ANSWERED);
    assertThat(mesh.probed).as("it asks nobody else").containsExactly("a", "a");
    assertThat(mesh.testimonies).isEmpty();
  }

  @Test
  void knowsBetterOnceItsOwnConnectsFailToo() {
    say("a", "w1", "w2");
    mesh.failed("a", 3);
    mesh.pass(ControlLoop.COALESCE);
    assertThat(mesh.ejected("a").cause()).isEqualTo(Cause.CONNECT_FAILURES);
    say("a");
    assertThat(mesh.picked()).as("others have nothing to say of that").containsExactly("b", "c");
  }

  @Test
  void keepsToItsOwnEjectionWhenOthersSpeakToo() {
    say("a");
    mesh.failed("a", 3);
    say("a", "w1", "w2");
    assertThat(mesh.ejected("a").cause()).isEqualTo(Cause.CONNECT_FAILURES);
    mesh.tell("a", Result.ANSWERED, 0, false);
    mesh.pass(ControlLoop.COALESCE);
    assertThat(mesh.picked()).as("own eyes").containsExactly("a", "b", "c");
    say("a", "w1", "w2", "w3");
    assertThat(mesh.picked()).containsExactly("a", "b", "c");
  }

  @Test
  void doesNotTakeTheWordOfOthersForTasksOnThisNode() {
    Reach local = Reach.local(InetAddress.ofLiteral("172.18.0.3"), "test");
    Task own = new Task("a", "web.a", "self", TaskState.RUNNING, local);
    offer(HealthFixture.witnessed(own, "w1", "w2", "w3"));
    assertThat(mesh.picked()).containsExactly("a", "b", "c");
  }

  @Test
  void beginsCleanWithANewTaskAtTheSameAddress() {
    say("a", "w1", "w2");
    offer(new Task("new", "web.1", "n-a", TaskState.RUNNING, HealthFixture.reach("a")));
    assertThat(mesh.picked()).containsExactly("b", "c", "new");
    say("a");
    assertThat(mesh.picked()).containsExactly("a", "b", "c");
    say("a", "w1", "w2");
    assertThat(mesh.ejected("a").times()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 1", "3, 1", "4, 2", "10, 5"})
  void ejectsHalfOfARouteAtTheMostByTheWordOfOthers(int tasks, int ejected) {
    mesh.offerTasks(
        IntStream.range(0, tasks)
            .mapToObj(i -> HealthFixture.witnessed(task("t" + i), "w1", "w2"))
            .toArray(Task[]::new));
    assertThat(mesh.route().withheld()).hasSize(ejected);
    assertThat(mesh.route().endpoints())
        .hasSize(tasks - ejected)
        .allMatch(endpoint -> endpoint.ejection() != null);
  }

  @Test
  void sparesWhatOthersSpeakAgainstBeforeWhatFailsHere() {
    mesh.offerTasks(HealthFixture.witnessed(task("a"), "w1", "w2"), task("b"), task("c"));
    mesh.failed("b", 3);
    mesh.pass(ControlLoop.COALESCE);
    assertThat(mesh.picked()).containsExactly("a", "c");
    assertThat(mesh.route().withheld()).extracting(Endpoint::taskId).containsExactly("b");
  }

  @Test
  void saysNothingOfUdpByConnects() {
    PublishedPort udp = new PublishedPort(5353, Protocol.UDP);
    List<Task> tasks = List.of(HealthFixture.witnessed(task("a"), "w1", "w2"), task("b"));
    mesh.offer(
        new HealthFixture.Offer(
            new Service(
                "s1",
                "s1",
                BalancingPolicy.P2C,
                List.of(new Publication(udp, 80), new Publication(PublishedPort.tcp(8080), 80)),
                tasks)));
    assertThat(mesh.picked()).containsExactly("b");
    assertThat(Objects.requireNonNull(mesh.published.getLast().routes().get(udp)).endpoints())
        .hasSize(2);
  }

  private void say(String taskId, String... witnesses) {
    offer(HealthFixture.witnessed(task(taskId), witnesses));
  }

  /** One task beside two that are well, long enough after the table before. */
  private void offer(Task task) {
    mesh.pass(ControlLoop.COALESCE);
    mesh.offerTasks(task, task("b"), task("c"));
    mesh.pass(ControlLoop.COALESCE);
  }

  private static Task task(String id) {
    return HealthFixture.task(id, "n-" + id);
  }
}
