package io.tidegate.proxy;

import io.tidegate.metrics.Latencies;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.metrics.RouteKey;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.ChunkedMap.Difference;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.VirtualPort;
import io.tidegate.routing.VirtualRoute;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The virtual addresses of the table in force, as one shard serves them: whatever network clients
 * come in by, and however many. Shard loop only.
 */
final class VirtualPorts {

  private final Shard shard;
  private final ServedPorts ports;
  private final Retention retention;
  private final Map<String, VirtualNetwork> networks = new HashMap<>();
  private ChunkedMap<VirtualPort, VirtualRoute> routes = ChunkedMap.empty();
  private Map<RouteKey, ClientLimit> limits = Map.of();

  VirtualPorts(Shard shard, ServedPorts ports) {
    this.shard = shard;
    this.ports = ports;
    retention = new Retention(shard.counters());
  }

  /** Puts a table in force: of what had clients already, each route that changed is another. */
  void apply(RoutingTable next, Map<RouteKey, ClientLimit> nextLimits) {
    limits = nextLimits;
    long nowNanos = shard.clock().nanoTime();
    for (Difference<VirtualPort, VirtualRoute> route : next.virtual().differencesFrom(routes)) {
      VirtualNetwork network = networks.get(route.key().networkId());
      if (network != null) {
        network.follow(route.key(), route.after());
        forgetIfEmpty(route.key().networkId(), network);
      }
      retain(route.key(), route.before(), nowNanos);
      retain(route.key(), route.after(), nowNanos);
    }
    routes = next.virtual();
    retention.sweep(nowNanos);
  }

  private void retain(VirtualPort port, @Nullable VirtualRoute route, long nowNanos) {
    if (route != null) {
      RouteKey key = RouteKey.of(route);
      retention.compare(key, servedNow(port, key), nowNanos);
    }
  }

  private @Nullable ServedRoute servedNow(VirtualPort port, RouteKey key) {
    ServedVirtual served = served(port);
    return served != null && served.isOf(key) ? served.served() : null;
  }

  private @Nullable ServedVirtual served(VirtualPort port) {
    VirtualNetwork network = networks.get(port.networkId());
    return network == null ? null : network.served(port);
  }

  private void forgetIfEmpty(String id, VirtualNetwork network) {
    if (network.isEmpty()) {
      networks.remove(id);
    }
  }

  /** The route of the first client of an address, or null if there is none. */
  @Nullable ServedRoute begin(VirtualPort port, Latencies latencies) {
    VirtualRoute route = routes.get(port);
    return route == null ? null : served(port, route, null, latencies);
  }

  /**
   * How a route is served from now on.
   *
   * @param before how it was until now, if it was
   * @param latencies of all such routes of the network
   */
  ServedRoute served(
      VirtualPort port, VirtualRoute route, @Nullable ServedRoute before, Latencies latencies) {
    RouteKey key = RouteKey.of(route);
    RouteCounters counters =
        shard.counters().routes.computeIfAbsent(key, _ -> new RouteCounters(latencies));
    return ports.served(route.route(), counters, limits.get(key), before, port);
  }

  /** Where clients of a route wait that nobody takes; null if it is served no more. */
  @Nullable ParkingLot parkingLot(VirtualPort port) {
    ServedVirtual served = served(port);
    return served == null ? null : served.parkingLot();
  }

  /** Has the clients of a network come in there from now on, and no more where they did before. */
  void place(String networkId, Foothold foothold, TakenSockets sockets) {
    networks
        .computeIfAbsent(networkId, id -> new VirtualNetwork(shard, this, id))
        .place(foothold, sockets);
  }

  /** Takes no new clients of a network any more. */
  void leave(String networkId) {
    VirtualNetwork network = networks.get(networkId);
    if (network != null) {
      network.leave();
      forgetIfEmpty(networkId, network);
    }
  }

  /** Whether clients of any network come in. */
  boolean isAnyPlaced() {
    return networks.values().stream().anyMatch(VirtualNetwork::isPlaced);
  }

  /** Begins to end; clients may still come by the rules that lead here. */
  void stopListening() {
    networks.values().forEach(VirtualNetwork::stopListening);
  }

  /** The end of all. */
  void end() {
    networks.values().forEach(VirtualNetwork::end);
  }
}
