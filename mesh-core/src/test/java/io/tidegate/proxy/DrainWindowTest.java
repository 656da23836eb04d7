package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DrainWindowTest {

  // Close to where a NanoClock turns negative: only differences mean anything.
  private static final long SINCE = Long.MAX_VALUE - 1_000;

  private final DrainWindow window = window(0.5);

  @Test
  void closesNothingInTheFirstHalf() {
    assertThat(window.toClose(100, at(0))).isZero();
    assertThat(window.toClose(100, at(5_999))).isZero();
    assertThat(window.restNanos(at(5_000))).isEqualTo(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void closesWhatIsLeftAtHalfTimeEvenlyOverTheRest() {
    assertThat(window.toClose(100, at(6_000))).isZero();
    assertThat(window.toClose(100, at(7_500))).isEqualTo(25);
    assertThat(window.toClose(75, at(9_000))).isEqualTo(25);
    assertThat(window.toClose(50, at(11_999))).isEqualTo(50);
  }

  @Test
  void closesNoneWhereEnoughHaveFinishedByThemselves() {
    assertThat(window.toClose(100, at(6_000))).isZero();
    assertThat(window.toClose(50, at(8_000))).isZero();
    assertThat(window.toClose(50, at(9_600))).isEqualTo(10);
  }

  @Test
  void leavesNoneAtItsEnd() {
    assertThat(window.toClose(7, at(12_000))).isEqualTo(7);
    assertThat(window.toClose(1, at(60_000))).isEqualTo(1);
  }

  @Test
  void spreadsTheOnlyRelayOfEachOfManyShardsToo() {
    assertThat(firstCloseMillis(window(0))).isEqualTo(12_000);
    assertThat(firstCloseMillis(window(0.5))).isEqualTo(9_000);
    assertThat(firstCloseMillis(window(0.99))).isBetween(6_000, 6_100);
  }

  private static int firstCloseMillis(DrainWindow window) {
    int millis = 0;
    while (window.toClose(1, at(millis)) == 0) {
      millis++;
    }
    return millis;
  }

  private static DrainWindow window(double jitter) {
    return new DrainWindow(SINCE, Duration.ofSeconds(12), jitter);
  }

  private static long at(long millis) {
    return SINCE + Duration.ofMillis(millis).toNanos();
  }
}
