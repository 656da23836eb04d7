package io.tidegate.proxy;

import io.tidegate.balance.EndpointLoad;
import io.tidegate.balance.Picker;
import io.tidegate.balance.Tried;
import io.tidegate.kernel.SockAddr;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Node;
import io.tidegate.routing.Route;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The detours of a route as one shard makes them. Nodes that have a task of the route go first:
 * they need nobody's help. There are as many detours as nodes and few are ever made, so each takes
 * memory when it is first dialled. Indices begin behind those of the route's endpoints.
 */
final class ServedDetours {

  private record Detour(Endpoint endpoint, SockAddr address) {}

  private final Route route;
  private final RandomGenerator random;
  private final int first;
  private final int nearCount;
  private final List<Node> nodes;
  private final @Nullable Detour[] made;
  // Of all of them: no picker compares detours.
  private final EndpointLoad load = new EndpointLoad();
  // Made for the first relay; other nodes are not told to stop.
  private @Nullable EndpointRelays relays;

  ServedDetours(Route route, RandomGenerator random) {
    this.route = route;
    this.random = random;
    first = route.endpoints().size();
    Set<String> near = nodesOfUnreachableTasks(route);
    Map<Boolean, List<Node>> byNearness =
        route.detours().stream().collect(Collectors.partitioningBy(n -> near.contains(n.id())));
    nodes = new ArrayList<>(Objects.requireNonNull(byNearness.get(true)));
    nearCount = nodes.size();
    nodes.addAll(Objects.requireNonNull(byNearness.get(false)));
    made = new Detour[nodes.size()];
  }

  /** The nodes that reach tasks which this one cannot. */
  private static Set<String> nodesOfUnreachableTasks(Route route) {
    return unreachable(route).map(Endpoint::nodeId).collect(Collectors.toSet());
  }

  /** Whether there are tasks that only other nodes may reach. */
  static boolean areNeededBy(Route route) {
    return unreachable(route).findAny().isPresent();
  }

  private static Stream<Endpoint> unreachable(Route route) {
    return route.withheld().stream()
        .filter(endpoint -> endpoint.state() == EndpointState.UNREACHABLE);
  }

  /** One that was not tried yet, or {@link Picker#NONE}. */
  int pick(Tried tried) {
    int near = pick(first, nearCount, tried);
    return near != Picker.NONE ? near : pick(first + nearCount, nodes.size() - nearCount, tried);
  }

  private int pick(int from, int count, Tried tried) {
    int start = count == 0 ? 0 : random.nextInt(count);
    for (int i = 0; i < count; i++) {
      int index = from + (start + i) % count;
      if (!tried.contains(index)) {
        return index;
      }
    }
    return Picker.NONE;
  }

  /** Where the detour to the same node is, or {@link Picker#NONE}. */
  int indexOf(Endpoint older) {
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).id().equals(older.nodeId())) {
        return first + i;
      }
    }
    return Picker.NONE;
  }

  Endpoint endpoint(int index) {
    return detour(index).endpoint;
  }

  SockAddr address(int index) {
    return detour(index).address;
  }

  EndpointLoad load() {
    return load;
  }

  EndpointRelays relays(ShardClock clock) {
    if (relays == null) {
      relays = new EndpointRelays(load, clock, random);
    }
    return relays;
  }

  private Detour detour(int index) {
    Detour detour = made[index - first];
    if (detour == null) {
      Endpoint endpoint = Endpoint.detour(nodes.get(index - first), route.port());
      InetSocketAddress address = Objects.requireNonNull(endpoint.address());
      detour = new Detour(endpoint, new SockAddr(address, Arena.ofAuto()));
      made[index - first] = detour;
    }
    return detour;
  }
}
