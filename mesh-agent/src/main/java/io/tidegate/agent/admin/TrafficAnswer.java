package io.tidegate.agent.admin;

import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.RouteStats;
import io.tidegate.routing.RoutingTable;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who calls: clients of published ports, and containers on each network, which call services there
 * by virtual address.
 *
 * @param networks by the networks' names, those with clients so far; null without any
 */
record TrafficAnswer(CallsAnswer ports, @Nullable Map<String, CallsAnswer> networks) {

  /**
   * Connections and UDP sessions.
   *
   * @param active those that are relayed now
   * @param relayed those that a task has taken, since the start
   * @param failed those that none has taken, or that were not let in, since the start; whose client
   *     left by itself is not among them
   */
  record CallsAnswer(long active, long relayed, long failed) {

    private static final CallsAnswer NONE = new CallsAnswer(0, 0, 0);

    private CallsAnswer plus(RouteStats route) {
      long all = route.connections().values().stream().mapToLong(Long::longValue).sum();
      long taken = route.connections().getOrDefault(ConnectionResult.OK, 0L);
      long gone = route.connections().getOrDefault(ConnectionResult.CLIENT_GONE, 0L);
      return new CallsAnswer(active + route.active(), relayed + taken, failed + all - taken - gone);
    }
  }

  static TrafficAnswer of(MeshStats stats, RoutingTable table) {
    Map<String, String> names = NetworkNames.in(table);
    Map<String, CallsAnswer> networks =
        stats.routes().keySet().stream()
            .map(RouteKey::networkId)
            .filter(id -> !id.isEmpty())
            .distinct()
            .collect(
                Collectors.toMap(
                    id -> names.getOrDefault(id, id),
                    id -> sum(stats, key -> key.networkId().equals(id)),
                    (a, _) -> a,
                    TreeMap::new));
    return new TrafficAnswer(
        sum(stats, key -> key.networkId().isEmpty()), networks.isEmpty() ? null : networks);
  }

  private static CallsAnswer sum(MeshStats stats, Predicate<RouteKey> isCounted) {
    CallsAnswer sum = CallsAnswer.NONE;
    for (Map.Entry<RouteKey, RouteStats> route : stats.routes().entrySet()) {
      sum = isCounted.test(route.getKey()) ? sum.plus(route.getValue()) : sum;
    }
    return sum;
  }
}
