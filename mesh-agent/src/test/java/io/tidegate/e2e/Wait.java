package io.tidegate.e2e;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** Waiting for a Swarm, which takes its time. */
record Wait(int seconds, int pollMillis) {

  static Wait seconds(int seconds) {
    return new Wait(seconds, 50);
  }

  /** Looks once a second only: a look at the Swarm costs a good part of a core. */
  Wait unhurried() {
    return new Wait(seconds, 1_000);
  }

  /**
   * Until the condition holds; a condition that throws does not hold yet. Returns how long it took.
   */
  Duration until(String what, Callable<Boolean> condition) {
    long start = System.nanoTime();
    Awaitility.await(what)
        .atMost(Duration.ofSeconds(seconds))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(pollMillis))
        .ignoreExceptions()
        .until(condition);
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
