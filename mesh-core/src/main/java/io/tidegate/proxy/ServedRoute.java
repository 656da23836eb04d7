package io.tidegate.proxy;

import io.tidegate.balance.EndpointLoad;
import io.tidegate.balance.Picker;
import io.tidegate.balance.Pickers;
import io.tidegate.metrics.EndpointCounters;
import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Route;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A route as one shard serves it: with its picker, and with the loads and counters of its
 * endpoints.
 */
final class ServedRoute {

  final Route route;
  final Picker picker;
  final RouteCounters counters;
  private final Map<EndpointKey, EndpointLoad> loads = new HashMap<>();
  private final EndpointLoad[] loadByIndex;

  private ServedRoute(
      Route route, RouteCounters counters, @Nullable ServedRoute before, RandomGenerator random) {
    this.route = route;
    this.counters = counters;
    // Those that are withheld keep their load too: they may come back while their relays still run.
    keepLoads(route.endpoints(), before);
    keepLoads(route.withheld(), before);
    loadByIndex =
        route.endpoints().stream()
            .map(endpoint -> loads.get(key(endpoint)))
            .toArray(EndpointLoad[]::new);
    picker = Pickers.of(route.policy(), loadByIndex, random);
  }

  /**
   * Serves a route, with the loads of endpoints that are there already.
   *
   * @param before how the shard served the same port until now, if it did
   */
  static ServedRoute of(
      Route route, RouteCounters counters, @Nullable ServedRoute before, RandomGenerator random) {
    return new ServedRoute(route, counters, before, random);
  }

  Endpoint endpoint(int index) {
    return route.endpoints().get(index);
  }

  EndpointLoad load(int index) {
    return loadByIndex[index];
  }

  EndpointCounters countersOf(int index) {
    return counters.endpoints.computeIfAbsent(key(endpoint(index)), key -> new EndpointCounters());
  }

  /** Whether any endpoint of the key is part of the route, picked or not. */
  boolean has(EndpointKey key) {
    return loads.containsKey(key);
  }

  private void keepLoads(List<Endpoint> endpoints, @Nullable ServedRoute before) {
    for (Endpoint endpoint : endpoints) {
      EndpointKey key = key(endpoint);
      EndpointLoad kept = before == null ? null : before.loads.get(key);
      loads.put(key, kept == null ? new EndpointLoad() : kept);
    }
  }

  private static EndpointKey key(Endpoint endpoint) {
    return new EndpointKey(endpoint.taskId(), endpoint.taskName(), endpoint.nodeId());
  }
}
