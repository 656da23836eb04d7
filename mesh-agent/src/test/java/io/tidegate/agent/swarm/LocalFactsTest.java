package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LocalFactsTest {

  private static final Duration HOLD = Duration.ofSeconds(5);

  private final LocalFacts facts = new LocalFacts();

  @Test
  void drainsAStoppingTaskUntilTheHoldIsOver() {
    facts.onStopping("t1", HOLD, seconds(10));

    facts.expire(seconds(14));
    assertThat(facts.isStopping("t1")).isTrue();
    facts.expire(seconds(15));
    assertThat(facts.isStopping("t1")).isFalse();
  }

  @Test
  void remembersTheDeadForLongerThanAnyViewIsLate() {
    facts.onStopping("t1", HOLD, seconds(0));
    facts.onDied("t1", seconds(1));

    facts.expire(seconds(300));
    assertThat(facts.isDead("t1")).isTrue();
    assertThat(facts.isStopping("t1")).isFalse();
    facts.expire(seconds(601));
    assertThat(facts.isDead("t1")).isFalse();
  }

  @Test
  void endsTheDrainOfATaskThatTurnsHealthy() {
    facts.onStopping("t1", HOLD, 0);
    facts.onHealthy("t1");

    assertThat(facts.isStopping("t1")).isFalse();
  }

  @Test
  void forgetsTheOldestWhenThereAreTooMany() {
    for (int i = 0; i <= 20_000; i++) {
      facts.onDied("t" + i, 0);
    }

    assertThat(facts.isDead("t0")).isFalse();
    assertThat(facts.isDead("t1")).isTrue();
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
