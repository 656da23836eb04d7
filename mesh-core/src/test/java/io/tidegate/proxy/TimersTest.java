package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.overload.Restraint;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimersTest {

  private static final long MILLI = 1_000_000;

  private final Timers timers = new Timers(0);
  private final List<String> fired = new ArrayList<>();
  private long nowNanos;

  @Test
  void firesOnceAfterTheDelayAndNotBefore() {
    start("a", 1_000);
    pass(999);
    assertThat(fired).isEmpty();
    pass(1 + Timers.RESOLUTION_NANOS / MILLI * 2);
    assertThat(fired).containsExactly("a");
    pass(10_000);
    assertThat(fired).hasSize(1);
    assertThat(timers.isEmpty()).isTrue();
  }

  @Test
  void firesWhatIsDueAfterALongStall() {
    start("a", 100);
    start("b", 600_000);
    pass(3_600_000);
    assertThat(fired).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void stoppedTimersNeverFire() {
    Timer timer = start("a", 100);
    timers.stop(timer);
    timers.stop(timer);
    pass(10_000);
    assertThat(fired).isEmpty();
    assertThat(timers.isEmpty()).isTrue();
  }

  @Test
  void aTimerThatWasStoppedStartsAgain() {
    Timer timer = start("a", 100);
    timers.stop(timer);
    timers.start(nowNanos, 500 * MILLI, timer);
    pass(400);
    assertThat(fired).isEmpty();
    pass(200);
    assertThat(fired).containsExactly("a");
  }

  @Test
  void whatExpiresMayStopWhatIsDueAtTheSameTime() {
    Timer[] second = new Timer[1];
    timers.start(nowNanos, 100 * MILLI, timer("a", () -> timers.stop(second[0])));
    second[0] = start("b", 100);
    pass(300);
    assertThat(fired).containsExactly("a");
    assertThat(timers.isEmpty()).isTrue();
  }

  @Test
  void goesOnAfterATimerThatBrokeOff() {
    timers.start(
        nowNanos,
        100 * MILLI,
        timer(
            "broken",
            () -> {
              throw new IllegalStateException("the test's");
            }));
    start("b", 100);
    start("c", 1_000);
    pass(300);
    assertThat(fired).contains("abandoned broken", "b");
    pass(1_000);
    assertThat(fired).contains("c");
    assertThat(timers.isEmpty()).isTrue();
  }

  @Test
  void passesByWhatIsDueInLaterTurnsOfTheWheel() {
    start("next hour", 3_600_000);
    for (int second = 0; second < 3_599; second++) {
      pass(1_000);
    }
    assertThat(fired).isEmpty();
    pass(1_100);
    assertThat(fired).containsExactly("next hour");
  }

  @Test
  void firesWhatIsPastDueByARestraintWithinSeconds() {
    timers.start(nowNanos, 3_600_000 * MILLI, idle("idle", 0, 60_000));
    timers.start(nowNanos, 3_500_000 * MILLI, idle("moves", 55_000, 60_000));
    start("else", 3_400_000);
    pass(60_000);
    assertThat(fired).isEmpty();
    timers.hurry(new Restraint(10, true));
    for (int tick = 0; tick < 75; tick++) {
      pass(67);
    }
    assertThat(fired).containsExactly("idle");
    assertThat(timers.isEmpty()).isFalse();
  }

  @Test
  void looksAtATenthOfTheWheelAtMostWithEachTickOfAHurry() {
    for (int i = 0; i < 1_024; i++) {
      timers.start(nowNanos, i * Timers.RESOLUTION_NANOS + 90_000 * MILLI, idle("i", 0, 1));
    }
    timers.hurry(new Restraint(10, true));
    pass(67);
    assertThat(fired).hasSizeBetween(1, 102);
  }

  @Test
  void abandonsAllThatWaits() {
    start("a", 100);
    start("b", 100);
    start("c", 1_000_000);
    timers.abandonAll();
    assertThat(fired).containsExactlyInAnyOrder("abandoned a", "abandoned b", "abandoned c");
    assertThat(timers.isEmpty()).isTrue();
  }

  @Test
  void whatExpiresMayStartTheNextTimer() {
    timers.start(nowNanos, 100 * MILLI, timer("a", () -> start("b", 100)));
    pass(300);
    assertThat(fired).containsExactly("a");
    pass(300);
    assertThat(fired).containsExactly("a", "b");
  }

  @Test
  void startsAnewAfterAnIdleHour() {
    pass(3_600_000);
    start("a", 1_000);
    pass(900);
    assertThat(fired).isEmpty();
    pass(300);
    assertThat(fired).containsExactly("a");
  }

  private Timer start(String name, long delayMillis) {
    Timer timer = timer(name, () -> {});
    timers.start(nowNanos, delayMillis * MILLI, timer);
    return timer;
  }

  /** One for which nothing has moved since a moment, and that by a restraint ends sooner. */
  private Timer idle(String name, long sinceMillis, long shortMillis) {
    return new Timer() {
      @Override
      void onExpired(long now) {
        fired.add(name);
      }

      @Override
      boolean isPastDue(long now, Restraint restraint) {
        return restraint.isShrinking() && now - sinceMillis * MILLI >= shortMillis * MILLI;
      }

      @Override
      void abandon() {}
    };
  }

  private void pass(long millis) {
    nowNanos += millis * MILLI;
    timers.advance(nowNanos);
  }

  private Timer timer(String name, Runnable then) {
    return new Timer() {
      @Override
      void onExpired(long now) {
        fired.add(name);
        then.run();
      }

      @Override
      void abandon() {
        fired.add("abandoned " + name);
      }
    };
  }
}
