package io.tidegate.e2e;

import java.util.List;

/**
 * One fault with its bar.
 *
 * @param name as in {@code --only}
 * @param setUp makes service {@code web} on {@link ChaosStage#PORT}, before the load
 * @param fault returns when the Swarm has settled
 * @param inCi whether it is quick enough to be run each time
 */
record ChaosRow(String name, String bar, Act setUp, Act fault, Judge judge, boolean inCi) {

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
}
