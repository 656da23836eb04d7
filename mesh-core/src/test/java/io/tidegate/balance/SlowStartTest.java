package io.tidegate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tidegate.routing.BalancingPolicy;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SlowStartTest {

  private static final Tried NONE_TRIED = new Tried();
  private static final int ENDPOINTS = 10;
  private static final int PICKS = 10_000;
  private static final long LENGTH = Duration.ofSeconds(100).toNanos();
  // Close to where a NanoClock turns negative: only differences mean anything.
  private static final long START = Long.MAX_VALUE - 1_000;

  private final SplittableRandom random = new SplittableRandom(1);

  @ParameterizedTest
  @EnumSource(BalancingPolicy.class)
  void leadsANewEndpointUpToItsShareLittleByLittle(BalancingPolicy policy) {
    SlowStart slowStart = begin(policy, ENDPOINTS, 1);
    assertThat(share(slowStart, 0)).isBetween(0.05, 0.15);
    assertThat(share(slowStart, 5)).isBetween(0.05, 0.15);
    assertThat(share(slowStart, 30)).isBetween(0.25, 0.35);
    assertThat(share(slowStart, 50)).isBetween(0.45, 0.55);
    assertThat(share(slowStart, 80)).isBetween(0.72, 0.88);
    assertThat(share(slowStart, 100)).isBetween(0.95, 1.05);
    assertThat(share(slowStart, 1_000)).isBetween(0.95, 1.05);
  }

  /** Of an even share, that of the last endpoint so many seconds after it became ready. */
  private static double share(SlowStart slowStart, int seconds) {
    int picked = 0;
    for (int i = 0; i < PICKS; i++) {
      picked += slowStart.pick(NONE_TRIED, at(seconds)) == ENDPOINTS - 1 ? 1 : 0;
    }
    return (double) picked * ENDPOINTS / PICKS;
  }

  @Test
  void holdsNobodyBackWhereMoreThanHalfAreNew() {
    assertThat(tryToBegin(BalancingPolicy.P2C, 4, 4)).isNull();
    assertThat(tryToBegin(BalancingPolicy.P2C, 4, 3)).isNull();
    assertThat(tryToBegin(BalancingPolicy.P2C, 4, 2)).isNotNull();
    assertThat(tryToBegin(BalancingPolicy.P2C, 1, 1)).isNull();
  }

  @Test
  void isNothingWhereNoneIsNewOrNobodyWantsIt() {
    assertThat(tryToBegin(BalancingPolicy.P2C, 4, 0)).isNull();
    assertThat(tryToBegin(BalancingPolicy.P2C, 0, 0)).isNull();
    Picker picker = Pickers.of(BalancingPolicy.P2C, loads(2), random);
    assertThat(SlowStart.of(picker, new long[] {START - LENGTH, START}, 0, START, random)).isNull();
  }

  @Test
  void isOverWhenTheLastIsWarm() {
    Picker picker = Pickers.of(BalancingPolicy.P2C, loads(4), random);
    long[] since = {at(-300), at(-300), at(-50), at(-10)};
    SlowStart slowStart =
        Objects.requireNonNull(SlowStart.of(picker, since, LENGTH, START, random));
    assertThat(slowStart.isOver(at(89))).isFalse();
    assertThat(slowStart.isOver(at(90))).isTrue();
  }

  @ParameterizedTest
  @EnumSource(BalancingPolicy.class)
  void holdsNobodyBackAfterAFailure(BalancingPolicy policy) {
    SlowStart slowStart = begin(policy, 2, 1);
    Tried tried = new Tried();
    tried.add(0);
    for (int i = 0; i < 20; i++) {
      assertThat(slowStart.pick(tried, START)).isEqualTo(1);
    }
    tried.add(1);
    assertThat(slowStart.pick(tried, START)).isEqualTo(Picker.NONE);
  }

  @Test
  void allocatesNothing() {
    SlowStart slowStart = begin(BalancingPolicy.P2C, ENDPOINTS, 5);
    assertThat(share(slowStart, 1)).isPositive();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    long picked = 0;
    for (int i = 0; i < PICKS; i++) {
      picked += slowStart.pick(NONE_TRIED, START + i);
    }
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(picked).isPositive();
    assertThat(bytes).isLessThan(PICKS);
  }

  private SlowStart begin(BalancingPolicy policy, int endpoints, int newOnes) {
    return Objects.requireNonNull(tryToBegin(policy, endpoints, newOnes));
  }

  /** The last of the endpoints are the new ones. */
  private @Nullable SlowStart tryToBegin(BalancingPolicy policy, int endpoints, int newOnes) {
    long[] since = new long[endpoints];
    Arrays.fill(since, at(-100));
    Arrays.fill(since, endpoints - newOnes, endpoints, START);
    Picker picker = Pickers.of(policy, loads(endpoints), random);
    return SlowStart.of(picker, since, LENGTH, START, random);
  }

  private static long at(int seconds) {
    return START + Duration.ofSeconds(seconds).toNanos();
  }

  private static EndpointLoad[] loads(int count) {
    EndpointLoad[] loads = new EndpointLoad[count];
    Arrays.setAll(loads, _ -> new EndpointLoad());
    return loads;
  }
}
