package io.tidegate.agent.admin;

import io.tidegate.metrics.MeshStats;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.VirtualIp;
import java.util.HashMap;
import java.util.Map;

/**
 * What networks with virtual addresses are called, for as long as anything is counted of them: a
 * series must not change its labels when the last address of its network is gone.
 */
final class NetworkNames {

  private Map<String, String> last = Map.of();

  /** The names that a table knows, by the networks' ids. */
  static Map<String, String> in(RoutingTable table) {
    Map<String, String> names = new HashMap<>();
    table
        .virtual()
        .values()
        .forEach(
            route -> {
              VirtualIp ip = route.ip();
              names.put(ip.networkId(), ip.networkName());
            });
    return names;
  }

  /** Those, and the ones that earlier tables knew of networks of which there still are counts. */
  synchronized Map<String, String> of(RoutingTable table, MeshStats stats) {
    Map<String, String> names = in(table);
    stats
        .networks()
        .keySet()
        .forEach(
            counted -> {
              String before = last.get(counted.networkId());
              if (before != null) {
                names.putIfAbsent(counted.networkId(), before);
              }
            });
    last = Map.copyOf(names);
    return last;
  }
}
