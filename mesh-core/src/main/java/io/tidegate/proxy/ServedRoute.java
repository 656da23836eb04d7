package io.tidegate.proxy;

import io.tidegate.balance.EndpointLoad;
import io.tidegate.balance.Picker;
import io.tidegate.balance.Pickers;
import io.tidegate.balance.Tried;
import io.tidegate.metrics.EndpointCounters;
import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Route;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A route as one shard serves it: with its picker, and with the loads and counters of everything it
 * can dial. Indices are those of the route's endpoints, with its detours behind them.
 */
final class ServedRoute {

  final Route route;
  final Picker picker;
  final RouteCounters counters;
  final RouteLimits limits;
  private final RandomGenerator random;
  private final List<Endpoint> dialable;
  private final int nearDetours;
  private final Map<EndpointKey, Kept> kept;
  private final EndpointLoad[] loads;
  private final SockAddr[] addresses;
  // Filled when it is first asked for; a route without sessions does not need it.
  private final Map<EndpointKey, Integer> indices = new HashMap<>();

  /** What an endpoint keeps from table to table. */
  private record Kept(
      EndpointLoad load, @Nullable InetSocketAddress address, @Nullable SockAddr encoded) {}

  /**
   * Serves a route, with the loads of endpoints that are there already.
   *
   * @param before how the shard served the same port until now, if it did
   */
  ServedRoute(
      Route route,
      RouteCounters counters,
      RouteLimits limits,
      @Nullable ServedRoute before,
      RandomGenerator random) {
    this.route = route;
    this.counters = counters;
    this.limits = limits;
    this.random = random;
    Set<String> nodesWithTasks = nodesOfUnreachableTasks(route);
    nearDetours = (int) route.detours().stream().filter(leadsTo(nodesWithTasks)).count();
    dialable =
        Stream.of(
                route.endpoints().stream(),
                route.detours().stream().filter(leadsTo(nodesWithTasks)),
                route.detours().stream().filter(leadsTo(nodesWithTasks).negate()))
            .flatMap(Function.identity())
            .toList();
    loads = new EndpointLoad[dialable.size()];
    addresses = new SockAddr[dialable.size()];
    kept = HashMap.newHashMap(loads.length + route.withheld().size());
    Arena arena = Arena.ofAuto();
    for (int i = 0; i < loads.length; i++) {
      Kept endpoint = keep(dialable.get(i), before, arena);
      loads[i] = endpoint.load;
      addresses[i] = Objects.requireNonNull(endpoint.encoded);
    }
    // Those that are withheld keep their load too: they may come back while their relays still run.
    route.withheld().forEach(endpoint -> keep(endpoint, before, arena));
    if (before != null) {
      before.kept.values().forEach(endpoint -> endpoint.load.leavePicker());
    }
    EndpointLoad[] pickable = Arrays.copyOf(loads, route.endpoints().size());
    picker = Pickers.of(route.policy().balance(), pickable, random);
  }

  private Kept keep(Endpoint endpoint, @Nullable ServedRoute before, Arena arena) {
    EndpointKey key = key(endpoint);
    InetSocketAddress address = endpoint.address();
    Kept old = before == null ? null : before.kept.get(key);
    Kept now;
    if (old != null && Objects.equals(old.address, address)) {
      now = old;
    } else {
      EndpointLoad load = old == null ? new EndpointLoad() : old.load;
      now = new Kept(load, address, address == null ? null : new SockAddr(address, arena));
    }
    kept.put(key, now);
    return now;
  }

  /** The nodes that reach tasks which this one cannot. */
  private static Set<String> nodesOfUnreachableTasks(Route route) {
    return route.withheld().stream()
        .filter(endpoint -> endpoint.state() == EndpointState.UNREACHABLE)
        .map(Endpoint::nodeId)
        .collect(Collectors.toSet());
  }

  private static Predicate<Endpoint> leadsTo(Set<String> nodes) {
    return detour -> nodes.contains(detour.nodeId());
  }

  /**
   * A detour that was not tried yet, or {@link Picker#NONE}. Nodes that have a task of the route go
   * first: they need nobody's help.
   */
  int pickDetour(Tried tried) {
    int first = route.endpoints().size();
    int near = pickDetour(first, nearDetours, tried);
    return near != Picker.NONE
        ? near
        : pickDetour(first + nearDetours, route.detours().size() - nearDetours, tried);
  }

  private int pickDetour(int first, int count, Tried tried) {
    int start = count == 0 ? 0 : random.nextInt(count);
    for (int i = 0; i < count; i++) {
      int index = first + (start + i) % count;
      if (!tried.contains(index)) {
        return index;
      }
    }
    return Picker.NONE;
  }

  int dialableCount() {
    return dialable.size();
  }

  boolean hasDetours() {
    return !route.detours().isEmpty();
  }

  /** Whether the address belongs to one of the nodes that detours lead to. */
  boolean isNode(@Nullable InetSocketAddress client) {
    if (client == null || !hasDetours()) {
      return false;
    }
    InetAddress address = unmapped(client.getAddress());
    return route.detours().stream()
        .map(detour -> Objects.requireNonNull(detour.address()).getAddress())
        .anyMatch(address::equals);
  }

  /** A dual-stack listener sees IPv4 clients as ::ffff:a.b.c.d. */
  private static InetAddress unmapped(InetAddress address) {
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("address: " + address + " (expected: 4 or 16 bytes)", e);
    }
  }

  boolean isDetour(int index) {
    return index >= route.endpoints().size();
  }

  Endpoint endpoint(int index) {
    return dialable.get(index);
  }

  SockAddr address(int index) {
    return addresses[index];
  }

  /**
   * Where an endpoint of an older route is in this one, with the same address, or {@link
   * Picker#NONE}.
   */
  int indexOf(Endpoint older) {
    if (indices.isEmpty()) {
      for (int i = 0; i < dialable.size(); i++) {
        indices.put(key(dialable.get(i)), i);
      }
    }
    int index = indices.getOrDefault(key(older), Picker.NONE);
    return index != Picker.NONE && isSameWay(endpoint(index), older) ? index : Picker.NONE;
  }

  private static boolean isSameWay(Endpoint endpoint, Endpoint older) {
    return Objects.equals(endpoint.address(), older.address())
        && Objects.equals(endpoint.reach().namespace(), older.reach().namespace());
  }

  EndpointLoad load(int index) {
    return loads[index];
  }

  EndpointCounters countersOf(int index) {
    return counters.endpoints.computeIfAbsent(key(endpoint(index)), _ -> new EndpointCounters());
  }

  /** Whether the key is part of the route, picked or not. */
  boolean has(EndpointKey key) {
    return kept.containsKey(key);
  }

  /** Whether an endpoint of an older route is part of this one, picked or not. */
  boolean has(Endpoint older) {
    return has(key(older));
  }

  private static EndpointKey key(Endpoint endpoint) {
    return new EndpointKey(endpoint.taskId(), endpoint.taskName(), endpoint.nodeId());
  }
}
