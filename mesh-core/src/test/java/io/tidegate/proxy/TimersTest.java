package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

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
    long id = start("a", 100);
    timers.stop(id);
    timers.stop(Timers.NONE);
    pass(10_000);
    assertThat(fired).isEmpty();
  }

  @Test
  void aTimerThatWasHandedOverFiresForItsNewOwner() {
    long id = start("dial", 100);
    timers.handOver(id, expiring("relay", () -> {}));
    pass(1_000);
    assertThat(fired).containsExactly("relay");
  }

  @Test
  void whatExpiresMayStartTheNextTimer() {
    timers.start(nowNanos, 100 * MILLI, expiring("a", () -> start("b", 100)));
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

  private long start(String name, long delayMillis) {
    return timers.start(nowNanos, delayMillis * MILLI, expiring(name, () -> {}));
  }

  private void pass(long millis) {
    nowNanos += millis * MILLI;
    timers.advance(nowNanos);
  }

  private Timers.Expiring expiring(String name, Runnable then) {
    return new Timers.Expiring() {
      @Override
      public void onExpired(long now) {
        fired.add(name);
        then.run();
      }

      @Override
      public void abandon() {
        fired.add("abandoned " + name);
      }
    };
  }
}
