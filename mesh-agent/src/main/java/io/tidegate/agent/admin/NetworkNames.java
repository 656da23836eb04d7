package io.tidegate.agent.admin;

import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.VirtualIp;
import java.util.HashMap;
import java.util.Map;

/** What networks with virtual addresses are called. */
final class NetworkNames {

  private NetworkNames() {}

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
}
