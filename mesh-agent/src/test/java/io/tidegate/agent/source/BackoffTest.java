package io.tidegate.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

  @Test
  void doublesUpToTheLimit() {
    assertThat(backoff.next(1)).isEqualTo(Duration.ofMillis(100));
    assertThat(backoff.next(0)).isEqualTo(Duration.ofMillis(100));
    assertThat(backoff.next(1)).isEqualTo(Duration.ofMillis(400));
    for (int i = 0; i < 10; i++) {
      backoff.next(1);
    }
    assertThat(backoff.next(1)).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void startsAnewAfterASuccess() {
    backoff.next(1);
    backoff.next(1);
    backoff.onSuccess();

    assertThat(backoff.next(1)).isEqualTo(Duration.ofMillis(100));
  }
}
