package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.Origin;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskMarksTest {

  private static final Duration HOLD = Duration.ofSeconds(5);
  private static final Origin ORIGIN = new Origin("test", 1, 2);

  private final TaskMarks marks = new TaskMarks();

  @Test
  void drainsAStoppingTaskUntilTheHoldIsOver() {
    marks.onStopping("t1", ORIGIN, HOLD, seconds(10));

    marks.expire(seconds(14));
    assertThat(marks.stopping("t1")).isEqualTo(ORIGIN);
    marks.expire(seconds(15));
    assertThat(marks.stopping("t1")).isNull();
  }

  @Test
  void isEmptyOnceEveryHoldIsOver() {
    assertThat(marks.isEmpty()).isTrue();
    marks.onStopping("t1", ORIGIN, HOLD, seconds(0));
    marks.onDied("t2", ORIGIN, seconds(0));
    marks.onChecked("t3", false, ORIGIN, seconds(0));

    for (int second : List.of(0, 5, 30, 599)) {
      marks.expire(seconds(second));
      assertThat(marks.isEmpty()).as("after %d s", second).isFalse();
    }
    marks.expire(seconds(600));
    assertThat(marks.isEmpty()).isTrue();
  }

  @Test
  void remembersTheDeadForLongerThanAnyViewIsLate() {
    marks.onStopping("t1", ORIGIN, HOLD, seconds(0));
    marks.onDied("t1", ORIGIN, seconds(1));
    assertThat(marks.stopping("t1")).isNull();

    marks.expire(seconds(300));
    assertThat(marks.isDead("t1")).isTrue();
    assertThat(marks.stopping("t1")).isNull();
    marks.expire(seconds(601));
    assertThat(marks.isDead("t1")).isFalse();
  }

  @Test
  void endsTheDrainOfATaskThatTurnsHealthy() {
    marks.onStopping("t1", ORIGIN, HOLD, 0);
    marks.onHealthy("t1");

    assertThat(marks.stopping("t1")).isNull();
  }

  @Test
  void believesThatATaskIsUnwellForAsLongAsItsNodeSaysSo() {
    marks.onChecked("t1", false, at(1), seconds(0));
    marks.onChecked("t1", false, at(11), seconds(10));

    marks.expire(seconds(39));
    assertThat(marks.unwell("t1")).as("since the first time").isEqualTo(at(1));
    assertThat(marks.expire(seconds(40))).containsExactly("t1");
    assertThat(marks.unwell("t1")).isNull();
  }

  @Test
  void believesWhatWasSaidLastWhateverComesLast() {
    marks.onChecked("t1", false, at(1), seconds(0));
    marks.onChecked("t1", true, at(3), seconds(1));
    assertThat(marks.unwell("t1")).isNull();

    marks.onChecked("t1", false, at(2), seconds(2));
    assertThat(marks.unwell("t1")).isNull();
    marks.onChecked("t1", false, at(4), seconds(3));
    assertThat(marks.unwell("t1")).isEqualTo(at(4));
  }

  @Test
  void takesANewTaskForUnwellUntilItsNodeHasCheckedIt() {
    marks.onNew("t1", ORIGIN, seconds(20), seconds(0));
    assertThat(marks.unwell("t1")).isEqualTo(ORIGIN);

    marks.onChecked("t1", true, at(1), seconds(1));
    marks.onNew("t1", ORIGIN, seconds(19), seconds(1));
    assertThat(marks.unwell("t1")).isNull();
  }

  @Test
  void takesANewTaskForReadyWhenNobodyChecksIt() {
    marks.onNew("t1", ORIGIN, seconds(20), seconds(0));
    assertThat(marks.expire(seconds(20))).containsExactly("t1");
    assertThat(marks.unwell("t1")).isNull();

    marks.onNew("t1", ORIGIN, 0, seconds(20));
    assertThat(marks.unwell("t1")).isNull();
  }

  private static Origin at(long nanos) {
    return new Origin("test", nanos, 0);
  }

  @Test
  void forgetsTheOldestWhenThereAreTooMany() {
    for (int i = 0; i <= 20_000; i++) {
      marks.onDied("t" + i, ORIGIN, 0);
    }

    assertThat(marks.isDead("t0")).isFalse();
    assertThat(marks.isDead("t1")).isTrue();
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
