package io.tidegate.bench;

import io.tidegate.balance.EndpointLoad;
import io.tidegate.balance.Picker;
import io.tidegate.balance.Pickers;
import io.tidegate.balance.Tried;
import io.tidegate.routing.BalancingPolicy;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Nanoseconds per pick, from one route after another in an order that no cache foresees. */
final class PickCost implements TableSize.Subject {

  private static final Tried NONE_TRIED = new Tried();
  private static final int PICKS = 1_000_000;
  private static final int WARM_UPS = 10;
  // A prime, so that every route has its turn.
  private static final int STEP = 7_919;

  private final Picker[] pickers;
  private final int step;
  private int route;
  // Keeps the compiler from leaving the picks out.
  private long picked;

  PickCost(int routes, int endpointsPerRoute) {
    RandomGenerator random = Tables.random();
    pickers = new Picker[routes];
    step = STEP % routes;
    Arrays.setAll(pickers, _ -> Pickers.of(BalancingPolicy.P2C, loads(endpointsPerRoute), random));
    for (int i = 0; i < WARM_UPS; i++) {
      cost();
    }
  }

  private static EndpointLoad[] loads(int count) {
    EndpointLoad[] loads = new EndpointLoad[count];
    Arrays.setAll(loads, _ -> new EndpointLoad());
    return loads;
  }

  @Override
  public double cost() {
    long startNanos = System.nanoTime();
    for (int i = 0; i < PICKS; i++) {
      picked += pickers[route].pick(NONE_TRIED);
      route += step;
      if (route >= pickers.length) {
        route -= pickers.length;
      }
    }
    if (picked < 0) {
      throw new IllegalStateException("picked: " + picked + " (expected: endpoints)");
    }
    return (double) (System.nanoTime() - startNanos) / PICKS;
  }
}
