package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TokenBucketTest {

  private static final long MILLI = 1_000_000;
  // Close to where the clock's numbers begin anew.
  private long nowNanos = Long.MAX_VALUE - 500 * MILLI;
  private final TokenBucket bucket = new TokenBucket(nowNanos);

  @Test
  void givesASecondsWorthAtOnceAndNoMore() {
    assertThat(take(10, 30)).isEqualTo(10);
  }

  @Test
  void givesAgainAsTimePasses() {
    take(10, 10);
    pass(99);
    assertThat(take(10, 5)).isZero();
    pass(1);
    assertThat(take(10, 5)).isEqualTo(1);
    pass(250);
    assertThat(take(10, 5)).isEqualTo(2);
  }

  @Test
  void savesNoMoreThanASecondsWorth() {
    take(10, 10);
    pass(60_000);
    assertThat(take(10, 30)).isEqualTo(10);
  }

  @Test
  void givesExactlySoManyInTheLongRun() {
    int given = 0;
    for (int milli = 0; milli < 10_000; milli++) {
      given += take(30, 3);
      pass(1);
    }
    assertThat(given).isBetween(30 + 299, 30 + 300);
  }

  @Test
  void followsAnotherRate() {
    take(10, 10);
    assertThat(take(20, 5)).isZero();
    pass(100);
    assertThat(take(20, 5)).isEqualTo(2);
  }

  @Test
  void isFullOnceAllIsThereAgain() {
    assertThat(bucket.isFull(nowNanos)).isTrue();
    take(2, 1);
    assertThat(bucket.isFull(nowNanos)).isFalse();
    pass(500);
    assertThat(bucket.isFull(nowNanos)).isTrue();
  }

  @Test
  void givesEachThreadItsOwn() throws InterruptedException {
    AtomicInteger given = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(Thread.ofPlatform().start(() -> given.addAndGet(take(10_000, 5_000))));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(given).hasValue(10_000);
  }

  private void pass(long millis) {
    nowNanos += millis * MILLI;
  }

  private int take(int perSecond, int times) {
    int given = 0;
    for (int i = 0; i < times; i++) {
      given += bucket.take(perSecond, nowNanos) ? 1 : 0;
    }
    return given;
  }
}
