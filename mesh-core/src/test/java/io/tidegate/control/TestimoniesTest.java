package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.ConnectOutcome.Result;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Testimony;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What this node tells others as a witness, and when it keeps silent, in hand-moved time. */
class TestimoniesTest {

  private static final Testimony EJECTED =
      new Testimony("a", 80, true, Duration.ofSeconds(10).plus(Testimonies.GRACE));
  private static final Testimony REVIVED = new Testimony("a", 80, false, Duration.ZERO);

  private final HealthFixture mesh = new HealthFixture();

  @BeforeEach
  void knowOthers() {
    mesh.knowOthers();
  }

  @Test
  void speaksOfWhatItHasEjectedOnceMostOfTheOthersHaveAnsweredIt() {
    offer("a", "b", "c", "d", "e", "f");
    mesh.failed("a", 3);
    assertThat(mesh.probed).containsExactly("b", "c", "d", "e", "f");
    answer("b", "c");
    assertThat(mesh.testimonies).isEmpty();
    answer("d");
    assertThat(mesh.testimonies).containsExactly(EJECTED);
    answer("e", "f");
    assertThat(mesh.testimonies).hasSize(1);
  }

  @Test
  void keepsSilentWhileMostOfTheOthersDo() {
    offer("a", "b", "c", "d", "e", "f");
    mesh.failed("a", 3);
    answer("b", "c");
    mesh.probe("d", Result.SILENT);
    mesh.probe("e", Result.REFUSED);
    mesh.pass(Testimonies.CREDIT);
    answer("f");
    assertThat(mesh.testimonies).isEmpty();
    assertThat(mesh.picked()).as("it ejects for itself").doesNotContain("a");
  }

  @Test
  void asksAgainWhenItEjectsAgain() {
    offer("a", "b", "c");
    mesh.failed("a", 3);
    mesh.pass(Testimonies.CREDIT);
    mesh.probed.clear();
    mesh.pass(Duration.ofSeconds(9));
    mesh.probe("a", Result.REFUSED);
    assertThat(mesh.probed).containsExactly("a", "b", "c");
    answer("b", "c");
    assertThat(mesh.testimonies)
        .containsExactly(
            new Testimony("a", 80, true, Duration.ofSeconds(20).plus(Testimonies.GRACE)));
  }

  @Test
  void countsAnAnswerOnceWhoeverGivesIt() {
    offer("a", "b", "c", "d");
    mesh.failed("a", 3);
    answer("b", "b");
    mesh.tell("c", Result.ANSWERED, 0, false);
    mesh.control.doWork();
    assertThat(mesh.testimonies).isEmpty();
  }

  @Test
  void asksOneTaskOnEachOfFiveOtherNodesAtTheMost() {
    mesh.offerTasks(
        Stream.concat(
                Stream.of(task("a", "n1"), task("a2", "n1")),
                IntStream.range(0, 40).mapToObj(i -> task("t" + i, "m" + i % 20)))
            .toArray(Task[]::new));
    mesh.failed("a", 3);
    assertThat(mesh.probed).hasSize(5).doesNotContain("a", "a2").doesNotHaveDuplicates();
  }

  @Test
  void asksOnlyThoseThatAreToAnswerAConnect() {
    Service udp =
        new Service(
            "s0",
            "s0",
            BalancingPolicy.P2C,
            List.of(new Publication(new PublishedPort(5353, Protocol.UDP), 53)),
            List.of(task("dns1", "n2"), task("dns2", "n3")));
    List<Task> tasks =
        List.of(
            task("a", "n1"),
            task("b", "n2"),
            HealthFixture.task("c", "n3", TaskState.DOUBTED),
            HealthFixture.task("d", "n3", TaskState.DRAINING));
    mesh.offer(new HealthFixture.Offer(udp), HealthFixture.service("s1", List.of(8080), tasks));
    mesh.failed("a", 3);
    assertThat(mesh.probed).containsExactly("b");
  }

  @Test
  void asksNobodyThatItHasEjectedWhereItsNodeHasAnother() {
    mesh.offer(
        HealthFixture.service("s1", List.of(8080), List.of(task("a", "n1"), task("b", "n2"))),
        HealthFixture.service("s2", List.of(8081), List.of(task("b2", "n2"))));
    mesh.failed("b", 3);
    mesh.pass(Testimonies.CREDIT);
    mesh.probed.clear();
    mesh.failed("a", 3);
    assertThat(mesh.probed).containsExactly("b2");
    answer("b2");
    assertThat(mesh.testimonies).containsExactly(EJECTED);
  }

  @Test
  void asksNodesOfWhichItHasEjectedAllTooOrItCouldNotTellThatItIsCutOff() {
    offer("a", "b", "c", "d");
    for (String cutOff : List.of("a", "b", "c")) {
      mesh.failed(cutOff, 3);
      mesh.pass(Testimonies.CREDIT);
    }
    mesh.probed.clear();
    mesh.pass(Duration.ofSeconds(5));
    mesh.failed("d", 3);
    assertThat(mesh.probed).containsExactly("a", "b", "c");
  }

  @Test
  void beginsWithAnyServiceToAskForItsTasks() {
    AtomicLong drawn = new AtomicLong();
    HealthFixture others = new HealthFixture(drawn::get);
    others.knowOthers();
    others.offer(
        HealthFixture.service("s1", List.of(8080), List.of(task("a", "n1"), task("dead", "n2"))),
        HealthFixture.service("s2", List.of(8081), List.of(task("well", "n2"))));
    others.failed("a", 3);
    others.pass(Testimonies.CREDIT);
    drawn.set(-1);
    others.failed("a", 3);
    others.pass(Duration.ofSeconds(12));
    others.probe("a", Result.REFUSED);
    assertThat(others.probed).containsExactly("dead", "a", "well");
  }

  @Test
  void takesTheAnswersForGoodForOneSecond() {
    offer("a", "b", "c", "d", "e", "f");
    mesh.failed("a", 3);
    answer("b", "c", "d");
    mesh.probed.clear();
    mesh.failed("b", 3);
    assertThat(mesh.testimonies).extracting(Testimony::taskId).containsExactly("a", "b");
    assertThat(mesh.probed).isEmpty();
    mesh.pass(Testimonies.CREDIT);
    mesh.failed("c", 3);
    assertThat(mesh.testimonies).hasSize(2);
    assertThat(mesh.probed).isNotEmpty();
  }

  @Test
  void saysNothingWhereThereIsNobodyElseToAsk() {
    mesh.offerTasks(task("a", "n1"), task("a2", "n1"));
    mesh.failed("a", 3);
    mesh.pass(Duration.ofSeconds(5));
    assertThat(mesh.probed).isEmpty();
    assertThat(mesh.testimonies).isEmpty();
  }

  @Test
  void asksNobodyWhereThereIsNobodyToTell() {
    HealthFixture alone = new HealthFixture();
    alone.offerTasks(task("a", "n1"), task("b", "n2"));
    alone.failed("a", 3);
    assertThat(alone.probed).isEmpty();
  }

  @Test
  void withdrawsItsWordWhenTheTaskAnswersAgain() {
    speak();
    mesh.pass(Duration.ofSeconds(10));
    mesh.probe("a", Result.ANSWERED);
    assertThat(mesh.testimonies).containsExactly(EJECTED, REVIVED);
  }

  @Test
  void withdrawsNothingThatItHasNotSaid() {
    offer("a", "b", "c");
    mesh.failed("a", 3);
    mesh.tell("a", Result.ANSWERED, 0, false);
    mesh.control.doWork();
    answer("b", "c");
    assertThat(mesh.testimonies).isEmpty();
  }

  @Test
  void hasNothingMoreToSayOfATaskThatIsGone() {
    speak();
    mesh.pass(ControlLoop.COALESCE);
    offer("b", "c");
    mesh.pass(ControlLoop.COALESCE);
    offer("a", "b", "c");
    mesh.pass(ControlLoop.COALESCE);
    mesh.failed("a", 1);
    mesh.tell("a", Result.ANSWERED, 0, false);
    mesh.control.doWork();
    assertThat(mesh.testimonies).containsExactly(EJECTED);
  }

  @Test
  void speaksOfAllEndpointsOfANodeThatIsGone() {
    mesh.offerTasks(
        task("a1", "n1"), task("a2", "n1"), task("a3", "n1"), task("b", "n2"), task("c", "n3"));
    mesh.silent("a1");
    mesh.silent("a2");
    mesh.pass(SilentNodes.GRACE);
    answer("b", "c");
    assertThat(mesh.testimonies)
        .extracting(Testimony::taskId)
        .containsExactlyInAnyOrder("a1", "a2", "a3");
    mesh.pass(Duration.ofSeconds(10));
    mesh.probe("a1", Result.ANSWERED);
    assertThat(mesh.testimonies).hasSize(6);
  }

  @Test
  void speaksOfItsOwnTasksToo() {
    Reach local = Reach.local(InetAddress.ofLiteral("172.18.0.3"), "test");
    mesh.offerTasks(
        new Task("a", "web.a", "self", TaskState.RUNNING, local), task("b", "n2"), task("c", "n3"));
    mesh.failed("a", 3);
    answer("b", "c");
    assertThat(mesh.testimonies).containsExactly(EJECTED);
  }

  @Test
  void speaksOfSoManyEndpointsAtTheMost() {
    mesh.offerTasks(
        Stream.concat(
                IntStream.range(0, 2_000).mapToObj(i -> task("x" + i, "n1")),
                Stream.of(task("b", "n2"), task("c", "n3")))
            .toArray(Task[]::new));
    mesh.silent("x1");
    mesh.silent("x2");
    mesh.pass(SilentNodes.GRACE);
    answer("b", "c");
    assertThat(mesh.testimonies).hasSize(1_024);
  }

  @Test
  void isAwakeWhenItsPatienceIsOver() {
    offer("a", "b", "c");
    mesh.failed("a", 3);
    mesh.pass(Duration.ofMillis(900));
    assertThat(mesh.idleNanos()).isLessThanOrEqualTo(Duration.ofMillis(100).toNanos());
  }

  private void speak() {
    offer("a", "b", "c");
    mesh.failed("a", 3);
    answer("b", "c");
    assertThat(mesh.testimonies).containsExactly(EJECTED);
  }

  private void answer(String... taskIds) {
    List.of(taskIds).forEach(taskId -> mesh.probe(taskId, Result.ANSWERED));
  }

  private void offer(String... taskIds) {
    mesh.offerTasks(Stream.of(taskIds).map(id -> task(id, "n-" + id)).toArray(Task[]::new));
  }

  private static Task task(String id, String nodeId) {
    return HealthFixture.task(id, nodeId);
  }
}
