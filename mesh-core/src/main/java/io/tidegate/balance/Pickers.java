package io.tidegate.balance;

import io.tidegate.routing.BalancingPolicy;
import java.util.random.RandomGenerator;

/** From policy to picker. */
public final class Pickers {

  private Pickers() {}

  /**
   * Makes the picker of one route on one shard.
   *
   * @param loads one per endpoint of the route, in the route's order
   */
  public static Picker of(BalancingPolicy policy, EndpointLoad[] loads, RandomGenerator random) {
    return switch (policy) {
      case P2C -> new P2cPicker(loads, random);
      case ROUND_ROBIN -> new RoundRobinPicker(loads.length, random);
    };
  }
}
