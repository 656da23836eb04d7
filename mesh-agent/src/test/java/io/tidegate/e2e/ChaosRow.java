package io.tidegate.e2e;

import java.util.List;

/**
 * One fault with its bar.
 *
 * @param name as in {@code --only}
 * @param setUp makes service {@code web} on {@link ChaosStage#PORT}, before the load
 * @param fault returns when the Swarm has settled
 * @param calmSeconds how long the load goes on before the fault
 * @param inCi whether it is quick enough to be run each time
 */
record ChaosRow(
    String name, String bar, Act setUp, Act fault, Judge judge, double calmSeconds, boolean inCi) {

  private static final double CALM_SECONDS = 2;

  ChaosRow(String name, String bar, Act setUp, Act fault, Judge judge, boolean inCi) {
    this(name, bar, setUp, fault, judge, CALM_SECONDS, inCi);
  }

  /** Something that is done to the Swarm. */
  @FunctionalInterface
  interface Act {
    void on(ChaosStage stage) throws Exception;
  }

  /** Whether a run met the bar. */
  @FunctionalInterface
  interface Judge {
    boolean isMet(ChaosResult result, List<ChaosLoad.Request> requests, double beginSeconds);
  }

  static Judge noneFailed() {
    return (result, _, _) -> result.failed() == 0;
  }

  /** None failed, and p99 was no more than twice what it was before. */
  static Judge noneFailedAtUsualPace() {
    return (result, _, _) ->
        result.failed() == 0 && result.p99Millis() <= 2 * result.usualP99Millis();
  }
}
