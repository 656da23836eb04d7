package io.tidegate.proxy;

import io.tidegate.balance.EndpointLoad;
import io.tidegate.balance.Picker;
import io.tidegate.balance.Pickers;
import io.tidegate.balance.SlowStart;
import io.tidegate.balance.Tried;
import io.tidegate.kernel.Libc;
import io.tidegate.kernel.SockAddr;
import io.tidegate.kernel.TcpSocket;
import io.tidegate.metrics.EndpointCounters;
import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.ProxyIn;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.VirtualPort;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * A route as one shard serves it: with its picker, and with the loads and counters of everything it
 * can dial. Indices are those of the route's endpoints, with its detours behind them.
 */
final class ServedRoute {

  final Route route;
  private static final int MOST_SKIPS = 16;

  private final Picker picker;
  // Null where every endpoint has its whole share.
  private @Nullable SlowStart slowStart;
  private final boolean isInPanic;
  final RouteCounters counters;
  final RouteLimits limits;
  final ServedHealth health;
  // Whether tasks are to be dialled from their clients' own addresses.
  final boolean isTransparent;
  // All ports of which virtual address it is; null for what is published.
  final @Nullable VirtualPort virtual;
  private final @Nullable OpenPorts openPorts;
  private final RandomGenerator random;
  private final NanoClock clock;
  private final Map<EndpointKey, ServedEndpoint> kept;
  private final ServedEndpoint[] pickable;
  // Filled when it is first asked for; a route without sessions does not need it.
  private final Map<EndpointKey, Integer> indices = new HashMap<>();
  // Made when it is first asked for; a route whose endpoints answer does not need it.
  private @Nullable ServedDetours detours;
  // Of the addresses that are encoded here; made when the first one is.
  private @Nullable Arena arena;

  /**
   * Serves a route, with the loads of endpoints that are there already.
   *
   * @param before how the shard served the same port until now, if it did
   * @param virtual all ports of which virtual address it is, or null
   */
  ServedRoute(
      Route route,
      RouteCounters counters,
      RouteLimits limits,
      @Nullable ServedRoute before,
      ConnectStreaks streaks,
      RandomGenerator random,
      NanoClock clock,
      @Nullable VirtualPort virtual) {
    this.route = route;
    this.virtual = virtual;
    openPorts = openPorts(before);
    this.counters = counters;
    this.limits = limits;
    health = new ServedHealth(route, streaks);
    isTransparent = route.policy().clientAddress().isTransparent();
    isInPanic = route.isInPanic();
    this.random = random;
    this.clock = clock;
    long nowNanos = clock.nanoTime();
    kept = HashMap.newHashMap(route.endpoints().size() + route.withheld().size());
    pickable =
        route.endpoints().stream()
            .map(endpoint -> keep(endpoint, before, nowNanos))
            .toArray(ServedEndpoint[]::new);
    // Those that are withheld keep their load too: they may come back while their relays still run.
    route.withheld().forEach(endpoint -> keep(endpoint, before, nowNanos));
    if (before != null) {
      leave(before);
    }
    EndpointLoad[] loads =
        Arrays.stream(pickable).map(endpoint -> endpoint.load).toArray(EndpointLoad[]::new);
    picker = Pickers.of(route.policy().balance(), loads, random);
    slowStart = slowStart(nowNanos);
  }

  /** The same for what is published. */
  ServedRoute(
      Route route,
      RouteCounters counters,
      RouteLimits limits,
      @Nullable ServedRoute before,
      ConnectStreaks streaks,
      RandomGenerator random,
      NanoClock clock) {
    this(route, counters, limits, before, streaks, random, clock, null);
  }

  private @Nullable OpenPorts openPorts(@Nullable ServedRoute before) {
    if (virtual == null) {
      return null;
    }
    OpenPorts known = before != null && isOfSameService(before) ? before.openPorts : null;
    return known == null ? new OpenPorts() : known;
  }

  private boolean isOfSameService(ServedRoute other) {
    return other.route.serviceId().equals(route.serviceId());
  }

  private ServedEndpoint keep(Endpoint endpoint, @Nullable ServedRoute before, long nowNanos) {
    EndpointKey key = key(endpoint);
    ServedEndpoint old = before == null ? null : before.kept.get(key);
    ServedEndpoint now = ServedEndpoint.of(endpoint, old, nowNanos);
    now.follow(endpoint, drainTimeout(), nowNanos);
    kept.put(key, now);
    return now;
  }

  /** What the same service has no more is gone; another service's tasks may still run. */
  private void leave(ServedRoute before) {
    boolean isSameService = isOfSameService(before);
    before.kept.forEach(
        (key, endpoint) -> {
          endpoint.load.leavePicker();
          if (isSameService && !kept.containsKey(key)) {
            endpoint.giveUp();
          }
        });
  }

  private @Nullable Duration drainTimeout() {
    return route.policy().timeouts().drain();
  }

  private @Nullable SlowStart slowStart(long nowNanos) {
    long lengthNanos = route.policy().slowStart().toNanos();
    if (lengthNanos == 0 || isInPanic) {
      return null;
    }
    long[] readySinceNanos =
        Arrays.stream(pickable).mapToLong(ServedEndpoint::sinceNanos).toArray();
    return SlowStart.of(picker, readySinceNanos, lengthNanos, nowNanos, random);
  }

  /** How far behind the first port of the route another one of it is. */
  int shift(int asked) throws IOException {
    PublishedPort port = route.port();
    if (asked < port.number() || asked > port.last()) {
      throw new IOException("%s: %d is not one of them".formatted(port, asked));
    }
    return asked - port.number();
  }

  // --- ports of a virtual address ---

  /** Whether nobody is known to listen at a port of a virtual address, now and then at least. */
  boolean isClosed(int port) {
    return openPorts != null && !openPorts.has(port);
  }

  /** A task has answered there. */
  void remember(int port) {
    if (openPorts != null) {
      openPorts.add(port);
    }
  }

  /** A client has waited in vain for a task to listen where it asks. */
  void forgetPortOf(TcpSocket client) {
    if (openPorts != null) {
      openPorts.remove(Libc.localPort(client.intValue()));
    }
  }

  // --- endpoints ---

  /**
   * One that was not tried yet, or {@link Picker#NONE}. One to which connects fail is picked only
   * where there seems to be no other, and one that has lost its address never.
   */
  int pick(Tried tried) {
    if (isInPanic) {
      counters.panicPicks.increment();
    }
    int picked = slowStart == null ? picker.pick(tried) : pickSlowly(slowStart, tried);
    return health.isSpent(picked) ? pickOther(picked, tried) : picked;
  }

  private int pickSlowly(SlowStart slowly, Tried tried) {
    long nowNanos = clock.nanoTime();
    if (slowly.isOver(nowNanos)) {
      slowStart = null;
    }
    return slowly.pick(tried, nowNanos);
  }

  private int pickOther(int spent, Tried tried) {
    Tried passedOver = tried.copy();
    int picked = spent;
    for (int i = 0; i < MOST_SKIPS && health.isSpent(picked); i++) {
      passedOver.add(picked);
      picked = picker.pick(passedOver);
    }
    int last = picked == Picker.NONE ? spent : picked;
    return health.isStray(last) ? Picker.NONE : last;
  }

  // --- detours ---

  private ServedDetours detours() {
    if (detours == null) {
      detours = new ServedDetours(route, random);
    }
    return detours;
  }

  /** A detour that was not tried yet, or {@link Picker#NONE}. */
  int pickDetour(Tried tried) {
    return hasDetours() ? detours().pick(tried) : Picker.NONE;
  }

  boolean hasDetours() {
    return !route.detours().isEmpty();
  }

  /**
   * Whether another node may reach what this one cannot. One that knows of no task at all does not
   * ask: the others know of none either.
   */
  boolean detoursHelp() {
    return hasDetours()
        && !isHeaderRequired()
        && (pickable.length > 0 || ServedDetours.areNeededBy(route));
  }

  /** Whether the agents of other nodes want a header of us that we have no right to send. */
  private boolean isHeaderRequired() {
    return route.port().protocol() == Protocol.TCP
        && route.policy().clientAddress().proxyIn() == ProxyIn.REQUIRED;
  }

  boolean isDetour(int index) {
    return index >= pickable.length;
  }

  /** Whether the address belongs to one of the nodes that detours lead to. */
  boolean isNode(@Nullable InetSocketAddress client) {
    if (client == null || !hasDetours()) {
      return false;
    }
    InetAddress address = unmapped(client.getAddress());
    return route.detours().stream().anyMatch(node -> node.address().equals(address));
  }

  /** A dual-stack listener sees IPv4 clients as ::ffff:a.b.c.d. */
  private static InetAddress unmapped(InetAddress address) {
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("address: " + address + " (expected: 4 or 16 bytes)", e);
    }
  }

  // --- whatever can be dialled ---

  /** Whether there is anything to try. */
  boolean isDialable() {
    return pickable.length > 0 || detoursHelp();
  }

  int dialableCount() {
    return pickable.length + route.detours().size();
  }

  Endpoint endpoint(int index) {
    return isDetour(index) ? detours().endpoint(index) : route.endpoints().get(index);
  }

  SockAddr address(int index) {
    return isDetour(index) ? detours().address(index) : encoded(pickable[index]);
  }

  private SockAddr encoded(ServedEndpoint endpoint) {
    SockAddr encoded = endpoint.encoded();
    if (encoded != null) {
      return encoded;
    }
    if (arena == null) {
      arena = Arena.ofAuto();
    }
    return endpoint.encode(arena);
  }

  EndpointLoad load(int index) {
    return isDetour(index) ? detours().load() : pickable[index].load;
  }

  /**
   * Whether a header goes ahead of what a client says to an endpoint, unless the connection itself
   * tells who it is. Another node's agent sends one itself.
   */
  boolean introducesTo(int index) {
    ClientIp told = route.policy().clientAddress().header();
    return told.isHeader()
        && !isPassedOn(index)
        && (told == ClientIp.PROXY_V2 || route.port().protocol() == Protocol.TCP);
  }

  private boolean isPassedOn(int index) {
    return isDetour(index) || endpoint(index).reach().kind() == Reach.Kind.HOP;
  }

  EndpointRelays relays(int index, ShardClock shardClock) {
    return isDetour(index)
        ? detours().relays(shardClock)
        : pickable[index].relays(shardClock, random, drainTimeout());
  }

  EndpointCounters countersOf(int index) {
    return counters.endpoints.computeIfAbsent(key(endpoint(index)), _ -> new EndpointCounters());
  }

  /**
   * Where an endpoint of an older route is in this one, with the same address, or {@link
   * Picker#NONE}.
   */
  int indexOf(Endpoint older) {
    int index = indexOfTask(older);
    return index != Picker.NONE && isSameWay(endpoint(index), older) ? index : Picker.NONE;
  }

  /** The same, whatever way leads to its task by now. */
  int indexOfTask(Endpoint older) {
    return older.reach().kind() == Reach.Kind.DETOUR
        ? detours().indexOf(older)
        : indices().getOrDefault(key(older), Picker.NONE);
  }

  private Map<EndpointKey, Integer> indices() {
    if (indices.isEmpty()) {
      for (int i = 0; i < pickable.length; i++) {
        indices.put(key(route.endpoints().get(i)), i);
      }
    }
    return indices;
  }

  private static boolean isSameWay(Endpoint endpoint, Endpoint older) {
    return Objects.equals(endpoint.address(), older.address())
        && Objects.equals(endpoint.reach().namespace(), older.reach().namespace());
  }

  /** Whether the key is part of the route, picked or not. */
  boolean has(EndpointKey key) {
    return kept.containsKey(key)
        || route.detours().stream()
            .filter(node -> node.id().equals(key.nodeId()))
            .anyMatch(node -> key(Endpoint.detour(node, route.port())).equals(key));
  }

  /** Whether an endpoint of an older route is part of this one, picked or not. */
  boolean has(Endpoint older) {
    return has(key(older));
  }

  /** Whether the task of an endpoint of an older route is to stop. */
  boolean drains(Endpoint older) {
    ServedEndpoint endpoint = kept.get(key(older));
    return endpoint != null && endpoint.drains();
  }

  /** Whether nothing that is sent to an endpoint of an older route seems to arrive any more. */
  boolean isOutOfReach(Endpoint older) {
    ServedEndpoint endpoint = kept.get(key(older));
    return endpoint != null && endpoint.isOutOfReach();
  }

  private static EndpointKey key(Endpoint endpoint) {
    return new EndpointKey(endpoint.taskId(), endpoint.taskName(), endpoint.nodeId());
  }
}
