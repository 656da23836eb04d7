package io.tidegate.e2e;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** Waiting for a Swarm, which takes its time. */
record Wait(int seconds) {

  static Wait seconds(int seconds) {
    return new Wait(seconds);
  }

  /**
   * Until the condition holds; a condition that throws does not hold yet. Returns how long it took.
   */
  Duration until(String what, Callable<Boolean> condition) {
    long start = System.nanoTime();
    Awaitility.await(what)
        .atMost(Duration.ofSeconds(seconds))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .until(condition);
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
