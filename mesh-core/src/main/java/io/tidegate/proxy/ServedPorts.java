package io.tidegate.proxy;

import io.tidegate.metrics.RouteCounters;
import io.tidegate.metrics.RouteKey;
import io.tidegate.routing.ChunkedMap.Difference;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.VirtualPort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The ports of the table in force, as one shard serves them. Every method runs on the shard's loop
 * unless it says otherwise.
 */
final class ServedPorts {

  private static final Placement HOST = new Placement.Host();

  private final Shard shard;
  private final RandomGenerator random;
  private final Retention retention;
  private RoutingTable table = RoutingTable.EMPTY;

  // Written by the loop, read by whoever asks for the listeners' status.
  private final ConcurrentMap<PublishedPort, ServedPort> ports = new ConcurrentHashMap<>();

  // Those that do not listen any more while the shard drains; clients may still wait there.
  private final Map<PublishedPort, ServedPort> draining = new HashMap<>();
  private boolean stopped;
  private Inheritance.Share inheritance = Inheritance.none().share(0, 1);
  private Placement placement = HOST;
  private @Nullable TakenListener taken;
  private @Nullable TakenUdpListener takenUdp;
  // Of ranges.
  private Placement gathering = new Placement.Nowhere("not served yet");
  private final List<TakenListener> gathered = new ArrayList<>();
  private final List<TakenUdpListener> gatheredUdp = new ArrayList<>();
  private final PortMap<ServedPort> tcpRanges = new PortMap<>();
  // Of the ports of UDP that are taken over, those too that linger.
  private final PortMap<UdpClients> udpClients = new PortMap<>();

  ServedPorts(Shard shard, RandomGenerator random) {
    this.shard = shard;
    this.random = random;
    retention = new Retention(shard.counters());
  }

  /** For any thread. */
  Map<PublishedPort, ServedPort> byPort() {
    return ports;
  }

  /**
   * Puts a table in force: ports that appear are bound, ports that go are closed, a route that is
   * another than before is served anew, and everything else is left alone.
   */
  void apply(
      RoutingTable next, Map<RouteKey, ClientLimit> limits, Map<PublishedPort, Places> places) {
    long nowNanos = shard.clock().nanoTime();
    for (Difference<PublishedPort, Route> route : next.routes().differencesFrom(table.routes())) {
      if (route.after() == null) {
        withdraw(route.key());
      } else {
        serve(route.after(), limits, places.get(route.key()));
      }
      retain(route.before(), nowNanos);
      retain(route.after(), nowNanos);
    }
    table = next;
    retention.sweep(nowNanos);
  }

  private void serve(Route route, Map<RouteKey, ClientLimit> limits, @Nullable Places places) {
    ServedPort port = port(route.port());
    if (port == null && stopped) {
      return;
    }
    if (port == null) {
      port =
          new ServedPort(
              shard, inheritance, served(route, limits, null), placementOf(route), places);
      ports.put(route.port(), port);
      port.bind();
    } else {
      port.serve(served(route, limits, port.served()), places);
      port.place(placementOf(route));
    }
  }

  private Placement placementOf(Route route) {
    if (route.port().isRange()) {
      return gathering;
    }
    return route.means() == Publication.Means.DOCKER ? placement : HOST;
  }

  /** Addresses of this node may have come or gone. */
  void follow(Map<PublishedPort, Places> places) {
    places.forEach(
        (port, now) -> {
          ServedPort served = ports.get(port);
          if (served != null) {
            served.follow(now);
          }
        });
  }

  private ServedRoute served(
      Route route, Map<RouteKey, ClientLimit> limits, @Nullable ServedRoute before) {
    RouteKey key = RouteKey.of(route);
    RouteCounters own = shard.counters().routes.computeIfAbsent(key, _ -> new RouteCounters());
    return served(route, own, limits.get(key), before, null);
  }

  /**
   * How a route is served from now on.
   *
   * @param limit of its clients, or null for none
   * @param before how it was until now, if it was
   * @param virtual all ports of which virtual address it is, or null
   */
  ServedRoute served(
      Route route,
      RouteCounters own,
      @Nullable ClientLimit limit,
      @Nullable ServedRoute before,
      @Nullable VirtualPort virtual) {
    Hedging hedging =
        before != null && before.route.serviceId().equals(route.serviceId())
            ? before.limits.hedging()
            : new Hedging(shard.clock().nanoTime());
    RouteLimits ownLimits = RouteLimits.of(route.policy(), shard.config(), limit, hedging);
    return new ServedRoute(
        route, own, ownLimits, before, shard.streaks(), random, shard.clock(), virtual);
  }

  private void withdraw(PublishedPort port) {
    ServedPort served = stopped ? draining.remove(port) : ports.remove(port);
    if (served != null) {
      served.close();
    }
  }

  private void retain(@Nullable Route route, long nowNanos) {
    if (route != null) {
      RouteKey key = RouteKey.of(route);
      retention.compare(key, servedNow(route.port(), key), nowNanos);
    }
  }

  private @Nullable ServedRoute servedNow(PublishedPort port, RouteKey key) {
    ServedPort served = port(port);
    return served != null && RouteKey.of(served.served().route).equals(key)
        ? served.served()
        : null;
  }

  /** The port as the table in force has it, or null. */
  private @Nullable ServedPort port(PublishedPort port) {
    return stopped ? draining.get(port) : ports.get(port);
  }

  /** How the port is served by the table in force, or null. */
  @Nullable ServedRoute route(PublishedPort port) {
    ServedPort served = port(port);
    return served == null ? null : served.served();
  }

  /** How a port is served, alone or as one of a range, or null. */
  @Nullable ServedRoute routeOf(PublishedPort one) {
    ServedRoute alone = route(one);
    if (alone != null) {
      return alone;
    }
    if (one.protocol() == Protocol.UDP) {
      UdpClients clients = udpClients.get(one.number());
      return clients == null ? null : clients.served();
    }
    ServedPort range = tcpRanges.get(one.number());
    return range == null ? null : range.served();
  }

  /** A route as the table in force has it, or as it was last if that port is served no more. */
  ServedRoute current(ServedRoute older) {
    ServedPort served = older.virtual == null ? port(older.route.port()) : null;
    return served == null ? older : served.served();
  }

  /** Where clients of the port wait that nobody takes; null if it is served no more. */
  @Nullable ParkingLot parkingLot(PublishedPort port) {
    ServedPort served = port(port);
    return served == null ? null : served.parkingLot();
  }

  /** What there is to take over, before the first table. */
  void inherit(Inheritance.Share share) {
    inheritance = share;
  }

  /** Second descriptors of all listening sockets, which are another process's too then. */
  List<PassedSocket> lend() {
    List<PassedSocket> lent = new ArrayList<>();
    ports.values().forEach(port -> port.lend(lent));
    return lent;
  }

  /** That process does not hold them any more. */
  void takeBack() {
    ports.values().forEach(ServedPort::takeBack);
  }

  /**
   * Serves the ports that Docker publishes somewhere else from now on.
   *
   * @param sockets bound there for all that comes; null where there is nothing of the kind
   */
  void place(Placement next, @Nullable TakenSockets sockets) {
    TakenListener before = taken;
    TakenUdpListener beforeUdp = takenUdp;
    taken = sockets == null ? null : TakenListener.on(sockets.stream(), shard);
    takenUdp =
        sockets != null && next instanceof Placement.Inside(Foothold foothold, _)
            ? TakenUdpListener.on(
                sockets.datagrams(), shard, this::takenClients, foothold.namespace())
            : null;
    placement = next;
    if (!stopped) {
      ports.values().forEach(port -> port.place(placementOf(port.served().route)));
    }
    if (before != null) {
      before.stop();
    }
    if (beforeUdp != null) {
      beforeUdp.stop();
    }
  }

  private @Nullable UdpClients takenClients(UdpClient sender) {
    return udpClients.get(sender.port);
  }

  /** The clients of ports of UDP that are taken over, by the ports. */
  PortMap<UdpClients> udpClients() {
    return udpClients;
  }

  /** Serves ranges through these from now on. */
  void gather(List<TakenSockets> sockets) {
    for (TakenSockets pair : sockets) {
      TakenListener tcp = TakenListener.on(pair.stream(), shard);
      TakenUdpListener datagrams =
          TakenUdpListener.on(pair.datagrams(), shard, this::takenClients, null);
      if (tcp != null && datagrams != null) {
        gathered.add(tcp);
        gatheredUdp.add(datagrams);
      }
    }
    placeRanges(new Placement.Gathered());
  }

  /** Serves no ranges. */
  void refuseRanges(String why) {
    placeRanges(new Placement.Refused(why));
  }

  private void placeRanges(Placement next) {
    gathering = next;
    if (!stopped) {
      ports.values().stream()
          .filter(port -> port.served().route.port().isRange())
          .forEach(port -> port.place(next));
    }
  }

  /** The ranges of TCP, by each of their ports. */
  PortMap<ServedPort> tcpRanges() {
    return tcpRanges;
  }

  /** The route of a port of TCP that is taken over, or belongs to a range; or null. */
  @Nullable ServedRoute takenRoute(int number) {
    ServedPort range = tcpRanges.get(number);
    ServedPort port = range == null ? port(PublishedPort.tcp(number)) : range;
    return port != null && (range != null || port.isTakenOver()) ? port.served() : null;
  }

  /**
   * Drains no faster than another agent may take to have clients of ranges, or of virtual
   * addresses, brought to itself.
   */
  private final class Farewell extends Timer {

    @Override
    void onExpired(long nowNanos) {
      shard.runWhenIdle();
    }

    @Override
    void abandon() {
      // Nobody is served by it.
    }
  }

  /**
   * Ends what is taken over; before, clients may still come that had begun to connect while the
   * kernel's rules led here.
   */
  void endTaken() {
    if (taken != null) {
      taken.close();
    }
    if (takenUdp != null) {
      takenUdp.end();
    }
    gathered.forEach(TakenListener::close);
    gatheredUdp.forEach(TakenUdpListener::end);
  }

  /** Takes no new clients any more; those that wait still follow the tables. */
  void stopListening() {
    stopped = true;
    // First: those that are taken last may have to wait there.
    draining.putAll(ports);
    ports.values().forEach(ServedPort::stopListening);
    ports.clear();
    if (takenUdp != null) {
      takenUdp.stopLater();
    }
    gatheredUdp.forEach(TakenUdpListener::stopLater);
    if (!gathered.isEmpty() || shard.virtual().isAnyPlaced()) {
      shard.clock().start(UdpClients.LINGER, new Farewell());
    }
  }
}
