package io.tidegate.agent.vip;

import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.VirtualPort;
import io.tidegate.routing.VirtualRoute;
import java.net.Inet4Address;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The virtual addresses of a table, by network. A newer table costs what is different in it. */
final class FollowedVips {

  /**
   * A network with virtual addresses.
   *
   * @param sandbox where that is on this node
   */
  record Network(Path sandbox, Set<Inet4Address> addresses) {

    Network with(Path where, Inet4Address address) {
      Set<Inet4Address> more = new HashSet<>(addresses);
      more.add(address);
      return new Network(where, more);
    }

    Network without(Inet4Address address) {
      Set<Inet4Address> fewer = new HashSet<>(addresses);
      fewer.remove(address);
      return new Network(sandbox, fewer);
    }
  }

  private ChunkedMap<VirtualPort, VirtualRoute> routes = ChunkedMap.empty();
  private final SortedMap<String, Network> byId = new TreeMap<>();

  void follow(RoutingTable next) {
    for (var route : next.virtual().differencesFrom(routes)) {
      if (route.key().address() instanceof Inet4Address address) {
        follow(route.key().networkId(), address, sandbox(next, route.key()));
      }
    }
    routes = next.virtual();
  }

  /** That of an address as long as either protocol is served; null where none is. */
  private static @Nullable Path sandbox(RoutingTable table, VirtualPort port) {
    for (Protocol protocol : Protocol.values()) {
      VirtualRoute route = table.virtual().get(port.with(protocol));
      String namespace = route == null ? null : route.ip().namespace();
      if (namespace != null) {
        return Path.of(namespace);
      }
    }
    return null;
  }

  private void follow(String id, Inet4Address address, @Nullable Path sandbox) {
    Network before = byId.get(id);
    if (sandbox != null) {
      Network network = before == null ? new Network(sandbox, Set.of()) : before;
      byId.put(id, network.with(sandbox, address));
    } else if (before != null) {
      Network network = before.without(address);
      if (network.addresses().isEmpty()) {
        byId.remove(id);
      } else {
        byId.put(id, network);
      }
    }
  }

  /** Those of the last table, by the ids of their networks. */
  SortedMap<String, Network> all() {
    return Collections.unmodifiableSortedMap(byId);
  }
}
