package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.ConnectOutcome;
import io.tidegate.routing.ConnectOutcome.Result;
import io.tidegate.routing.Ejection.Cause;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Route;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One endpoint whose connects fail, in hand-moved time. */
class EjectionTest {

  private final HealthFixture mesh = new HealthFixture();

  @Test
  void ejectsAfterThreeConnectFailuresInARow() {
    mesh.offer(web("a", "b", "c"));
    mesh.failed("a", 1);
    mesh.failed("a", 2);
    assertThat(mesh.picked()).containsExactly("a", "b", "c");
    mesh.failed("a", 3);
    assertThat(mesh.picked()).containsExactly("b", "c");
    assertThat(mesh.route().withheld())
        .singleElement()
        .satisfies(
            endpoint -> {
              assertThat(endpoint.state()).isEqualTo(EndpointState.EJECTED);
              var ejection = Objects.requireNonNull(endpoint.ejection());
              assertThat(ejection.cause()).isEqualTo(Cause.CONNECT_FAILURES);
              assertThat(ejection.times()).isEqualTo(1);
              assertThat(ejection.untilNanos() - mesh.nowNanos())
                  .isEqualTo(Duration.ofSeconds(10).toNanos());
            });
  }

  @Test
  void publishesAnEjectionNoCloserToTheLastTableThanAnyOther() {
    mesh.offer(web("a", "b"));
    mesh.tell("a", Result.REFUSED, 3, false);
    assertThat(mesh.idleNanos()).isZero();
    mesh.control.doWork();
    assertThat(mesh.picked()).containsExactly("a", "b");
    assertThat(mesh.idleNanos()).isEqualTo(ControlLoop.COALESCE.toNanos());
    mesh.pass(ControlLoop.COALESCE);
    assertThat(mesh.picked()).containsExactly("b");
  }

  @Test
  void asksForOneProbeWhenTheTimeIsOverAndIsAwakeThen() {
    mesh.offer(web("a", "b"));
    mesh.failed("a", 3);
    mesh.pass(Duration.ofMillis(9_900));
    assertThat(mesh.probed).isEmpty();
    assertThat(mesh.idleNanos()).isLessThanOrEqualTo(Duration.ofMillis(100).toNanos());
    mesh.pass(Duration.ofMillis(100));
    assertThat(mesh.probed).containsExactly("a");
    assertThat(mesh.picked()).containsExactly("b");
  }

  @Test
  void revivesWhenTheProbeIsAnswered() {
    mesh.offer(web("a", "b"));
    mesh.failed("a", 3);
    mesh.pass(Duration.ofSeconds(10));
    mesh.probe("a", Result.ANSWERED);
    assertThat(mesh.picked()).containsExactly("a", "b");
    assertThat(mesh.route().endpoints()).allMatch(endpoint -> endpoint.ejection() == null);
  }

  @Test
  void revivesWhenAClientIsAnswered() {
    mesh.offer(web("a", "b"));
    mesh.failed("a", 3);
    mesh.tell("a", Result.ANSWERED, 0, false);
    mesh.pass(ControlLoop.COALESCE);
    assertThat(mesh.picked()).containsExactly("a", "b");
  }

  @Test
  void ejectsForLongerEachTimeAProbeFailsUpToFiveMinutes() {
    mesh.offer(web("a", "b"));
    mesh.failed("a", 3);
    for (int times = 1; times < 40; times++) {
      int seconds = Math.min(10 * times, 300);
      mesh.pass(Duration.ofSeconds(seconds).minusNanos(1));
      assertThat(mesh.probed).hasSize(times - 1);
      mesh.pass(Duration.ofNanos(1));
      assertThat(mesh.probed).hasSize(times);
      mesh.tell("a", times % 2 == 0 ? Result.REFUSED : Result.SILENT, 0, true);
      mesh.control.doWork();
      assertThat(mesh.ejected("a").times()).isEqualTo(times + 1);
      assertThat(mesh.ejected("a").sinceNanos()).isEqualTo(mesh.firstEjectedNanos);
    }
  }

  @Test
  void probesAgainWhenAProbeIsNotHeardOfAnyMore() {
    mesh.offer(web("a", "b"));
    mesh.failed("a", 3);
    mesh.pass(Duration.ofSeconds(10));
    mesh.pass(Duration.ofSeconds(30));
    assertThat(mesh.probed).containsExactly("a", "a");
    assertThat(mesh.ejected("a").times()).isEqualTo(1);
  }

  @Test
  void remembersForAsLongAsTheEndpointWasAwayHowOftenItWas() {
    mesh.offer(web("a", "b"));
    mesh.failed("a", 3);
    mesh.pass(Duration.ofSeconds(10));
    mesh.probe("a", Result.ANSWERED);
    mesh.pass(Duration.ofMillis(9_900));
    mesh.failed("a", 3);
    assertThat(mesh.ejected("a").times()).isEqualTo(2);

    mesh.pass(Duration.ofSeconds(20));
    mesh.probe("a", Result.ANSWERED);
    mesh.pass(Duration.ofSeconds(20));
    mesh.failed("a", 3);
    assertThat(mesh.ejected("a").times()).isEqualTo(1);
  }

  @Test
  void spreadsTheEndsOfEjectionsByAFifth() {
    HealthFixture shortest = new HealthFixture(() -> 0);
    HealthFixture longest = new HealthFixture(() -> -1);
    for (HealthFixture each : List.of(shortest, longest)) {
      each.offer(web("a", "b"));
      each.failed("a", 3);
    }
    assertThat(shortest.secondsLeft("a")).isEqualTo(8);
    assertThat(longest.secondsLeft("a")).isBetween(11.99, 12.01);
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 1", "3, 1", "4, 2", "5, 2", "10, 5"})
  void ejectsHalfOfARouteAtTheMost(int tasks, int ejected) {
    String[] ids = IntStream.range(0, tasks).mapToObj(i -> "t" + i).toArray(String[]::new);
    mesh.offer(web(ids));
    for (String id : ids) {
      mesh.failed(id, 3);
    }
    assertThat(mesh.route().withheld())
        .hasSize(ejected)
        .allMatch(endpoint -> endpoint.state() == EndpointState.EJECTED);
    assertThat(mesh.route().endpoints())
        .hasSize(tasks - ejected)
        .allMatch(endpoint -> endpoint.state() == EndpointState.READY)
        .allMatch(endpoint -> endpoint.ejection() != null);
  }

  @Test
  void ejectsWhatWasSparedWhenAnotherComesBack() {
    mesh.offer(web("a", "b", "c"));
    mesh.failed("a", 3);
    mesh.failed("b", 3);
    assertThat(mesh.picked()).containsExactly("b", "c");
    mesh.pass(Duration.ofSeconds(10));
    mesh.probe("a", Result.ANSWERED);
    assertThat(mesh.picked()).containsExactly("a", "c");
  }

  @Test
  void takesWhatIsEjectedBackWhenItWouldBeTheLast() {
    mesh.offer(web("a", "b"));
    mesh.failed("a", 3);
    assertThat(mesh.picked()).containsExactly("b");
    mesh.offer(web("a"));
    mesh.pass(ControlLoop.COALESCE);
    assertThat(mesh.picked()).containsExactly("a");
  }

  @Test
  void beginsCleanWithANewTaskAtTheSameAddress() {
    mesh.offer(web("a", "b"));
    mesh.failed("a", 3);
    Task other = new Task("new", "web.1", "n-a", TaskState.RUNNING, HealthFixture.reach("a"));
    mesh.offerTasks(other, HealthFixture.task("b", "n-b"));
    mesh.pass(ControlLoop.COALESCE);
    assertThat(mesh.picked()).containsExactly("b", "new");
  }

  @Test
  void forgetsATaskThatIsGone() {
    mesh.offer(web("a", "b"));
    mesh.failed("a", 3);
    mesh.offer(web("b"));
    mesh.pass(Duration.ofSeconds(1));
    mesh.offer(web("a", "b"));
    mesh.pass(Duration.ofSeconds(1));
    assertThat(mesh.picked()).containsExactly("a", "b");
    mesh.pass(Duration.ofMinutes(1));
    assertThat(mesh.probed).isEmpty();
    assertThat(mesh.idleNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void hearsNothingOfATaskThatIsGoneAlready() {
    mesh.offer(web("b"));
    mesh.failed("a", 3);
    mesh.pass(Duration.ofSeconds(10));
    assertThat(mesh.probed).isEmpty();
  }

  @Test
  void leavesAllOtherRoutesAsTheyAre() {
    mesh.offer(web("a", "b"), HealthFixture.service("other", 9090, "c"));
    Route other = mesh.route(9090);
    mesh.failed("a", 3);
    assertThat(mesh.route(9090)).isSameAs(other);
  }

  @Test
  void ejectsBehindEveryPortOfTheServiceThatLeadsToTheSameOfTheTask() {
    mesh.offer(HealthFixture.service("s1", List.of(8080, 8081), "a", "b"));
    mesh.failed("a", 3);
    assertThat(mesh.route(8080).withheld()).extracting(Endpoint::taskId).containsExactly("a");
    assertThat(mesh.route(8081).withheld()).extracting(Endpoint::taskId).containsExactly("a");
  }

  @Test
  void dropsWhatItHasNoRoomToHear() {
    mesh.offer(web("a", "b"));
    ConnectOutcome outcome = mesh.outcome("a", Result.REFUSED, 1, false);
    long taken = IntStream.range(0, 10_000).filter(_ -> mesh.control.offer(outcome)).count();
    assertThat(taken).isEqualTo(1_024);
  }

  private static HealthFixture.Offer web(String... tasks) {
    return HealthFixture.service("s1", 8080, tasks);
  }
}
