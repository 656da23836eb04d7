package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  private final Schedule schedule = new Schedule(Duration.ofSeconds(1), 0);

  @Test
  void readsAtOnceAndThenEveryIntervalWithAJitterOfATenth() {
    assertThat(schedule.isDue(0)).isTrue();

    read(0, 5, 0.0);
    assertThat(schedule.isDue(millis(904))).isFalse();
    assertThat(schedule.isDue(millis(905))).isTrue();

    read(905, 910, 1.0);
    assertThat(schedule.isDue(millis(2009))).isFalse();
    assertThat(schedule.isDue(millis(2010))).isTrue();
  }

  @Test
  void coalescesTheEventsOfFiftyMilliseconds() {
    read(0, 5, 0.5);

    schedule.onEvent(millis(100));
    schedule.onEvent(millis(140));

    assertThat(schedule.isDue(millis(149))).isFalse();
    assertThat(schedule.isDue(millis(150))).isTrue();
  }

  @Test
  void readsAgainAfterAnEventThatCameWhileItRead() {
    schedule.onStarted(0);
    schedule.onEvent(millis(3));
    assertThat(schedule.isDue(millis(100))).isFalse();
    schedule.onDone(false, 0.5, millis(5));

    assertThat(schedule.isDue(millis(55))).isTrue();
    read(55, 60, 0.5);
    assertThat(schedule.isDue(millis(200))).isFalse();
  }

  @Test
  void readsAgainSoonWhileThingsAreUnsettled() {
    schedule.onStarted(0);
    schedule.onDone(true, 0.5, millis(5));

    assertThat(schedule.isDue(millis(155))).isTrue();
  }

  @Test
  void takesItsTimeWithWhatStaysUnsettled() {
    schedule.setInterval(Duration.ofSeconds(10));
    unsettled(0);
    unsettled(155);
    unsettled(5_000);
    assertThat(schedule.isDue(millis(5_499))).isFalse();
    assertThat(schedule.isDue(millis(5_500))).isTrue();

    read(5_500, 5_500, 0.5);
    unsettled(15_500);
    assertThat(schedule.isDue(millis(15_650))).as("unsettled anew").isTrue();
  }

  private void unsettled(long atMillis) {
    schedule.onStarted(millis(atMillis));
    schedule.onDone(true, 0.5, millis(atMillis));
  }

  @Test
  void readsNoMoreThanHalfOfTheTime() {
    read(0, 3000, 0.5);

    assertThat(schedule.isDue(millis(5999))).isFalse();
    assertThat(schedule.isDue(millis(6000))).isTrue();
  }

  @Test
  void readsNoMoreThanHalfOfTheTimeWhateverHappens() {
    read(0, 3000, 0.5);

    schedule.onEvent(millis(3001));

    assertThat(schedule.isDue(millis(5999))).isFalse();
    assertThat(schedule.isDue(millis(6000))).isTrue();
  }

  @Test
  void keepsNoEventWaitingForLongWhereReadingIsQuick() {
    read(0, 5, 0.5);

    schedule.onEvent(millis(6));

    assertThat(schedule.isDue(millis(56))).isTrue();
  }

  private void read(long fromMillis, long toMillis, double random) {
    schedule.onStarted(millis(fromMillis));
    schedule.onDone(false, random, millis(toMillis));
  }

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
