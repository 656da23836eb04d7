package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is picked where too few are ready, in hand-moved time. */
class EligibilityTest {

  private final HealthFixture mesh = new HealthFixture();

  @Test
  void picksAllThatMayAnswerWhereFewerThanHalfAreReady() {
    mesh.offerTasks(running("a"), running("b"), doubted("c"), doubted("d"));
    assertThat(mesh.picked()).containsExactly("a", "b");
    assertThat(mesh.route().isInPanic()).isFalse();
    mesh.failed("a", 3);
    assertThat(mesh.picked()).containsExactly("a", "b", "c", "d");
    assertThat(mesh.route().isInPanic()).isTrue();
  }

  @Test
  void picksTasksWhoseChecksFailOnlyWhereTooFewOthersAreReady() {
    mesh.offerTasks(running("a"), unwell("b"));
    assertThat(mesh.picked()).containsExactly("a");
    mesh.pass(Duration.ofMillis(100));
    mesh.offerTasks(running("a"), unwell("b"), unwell("c"));
    assertThat(mesh.picked()).containsExactly("a", "b", "c");
    mesh.pass(Duration.ofMillis(100));
    mesh.offerTasks(unwell("b"));
    assertThat(mesh.picked()).containsExactly("b");
    assertThat(mesh.route().isInPanic()).isTrue();
  }

  @Test
  void doesNotCountThoseThatLeaveAmongTheSick() {
    mesh.offerTasks(running("a"), running("b"), draining("c"), draining("d"), draining("e"));
    mesh.failed("a", 3);
    assertThat(mesh.picked()).containsExactly("b");
  }

  @Test
  void picksDrainingTasksForASecondWhereThereAreNoOthers() {
    mesh.offerTasks(running("a"), draining("b"));
    assertThat(mesh.picked()).containsExactly("a");
    mesh.pass(Duration.ofSeconds(5));
    mesh.offerTasks(draining("a"), draining("b"));
    assertThat(mesh.picked()).containsExactly("a", "b");
    assertThat(mesh.route().isInPanic()).isTrue();
    mesh.pass(Duration.ofMillis(999));
    assertThat(mesh.picked()).containsExactly("a", "b");
    assertThat(mesh.idleNanos()).isEqualTo(Duration.ofMillis(1).toNanos());
    mesh.pass(Duration.ofMillis(1));
    assertThat(mesh.picked()).isEmpty();
    assertThat(mesh.idleNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void doesNotPickThemForAnotherSecondBecauseOneOfThemIsGone() {
    mesh.offerTasks(draining("a"), draining("b"));
    mesh.pass(Duration.ofSeconds(2));
    mesh.offerTasks(draining("b"));
    mesh.pass(Duration.ofMillis(100));
    assertThat(mesh.route().withheld()).hasSize(1);
    assertThat(mesh.picked()).isEmpty();
    mesh.offerTasks(running("c"), draining("b"));
    mesh.pass(Duration.ofMillis(100));
    mesh.offerTasks(draining("c"), draining("b"));
    mesh.pass(Duration.ofMillis(100));
    assertThat(mesh.picked()).containsExactly("b", "c");
  }

  @Test
  void doesNotPickThemWhereSomebodyMayAnswer() {
    mesh.offerTasks(draining("a"), doubted("b"));
    assertThat(mesh.picked()).containsExactly("b");
  }

  private static Task running(String id) {
    return HealthFixture.task(id, "n-" + id);
  }

  private static Task draining(String id) {
    return HealthFixture.task(id, "n-" + id, TaskState.DRAINING);
  }

  private static Task unwell(String id) {
    return HealthFixture.task(id, "n-" + id, TaskState.UNWELL);
  }

  private static Task doubted(String id) {
    return HealthFixture.task(id, "n-" + id, TaskState.DOUBTED);
  }
}
