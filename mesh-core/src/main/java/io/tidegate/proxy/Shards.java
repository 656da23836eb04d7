package io.tidegate.proxy;

import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.internal.PlatformDependent;
import io.tidegate.metrics.Counter;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.ShardCounters;
import io.tidegate.overload.Resource;
import io.tidegate.overload.Restraint;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.HopGate;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.RoutingTable;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGenerator.SplittableGenerator;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole data path: every shard of the process. For any thread. */
public final class Shards implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Shards.class);

  // How late a shard may come to what it is told, before nobody waits for it any more.
  private static final Duration TURN_LIMIT = Duration.ofSeconds(2);
  // The same where it has something to do that nobody else can.
  private static final Duration SETTLE_LIMIT = Duration.ofSeconds(30);

  private final MultiThreadIoEventLoopGroup group;
  private final List<Loop> loops = new ArrayList<>();
  private final ConnectStreaks streaks;
  private final ProxyConfig config;
  private final UpstreamSockets sockets;
  private final NanoClock clock;
  private final PlaceWatch placeWatch;

  // Of whoever publishes tables; read by whoever looks for addresses, too.
  private volatile RoutingTable published = RoutingTable.EMPTY;
  // Read by whoever forgets what they know of idle clients, too.
  private volatile ChunkedMap<RouteKey, ClientLimit> limits = ChunkedMap.empty();

  private record Loop(IoEventLoop eventLoop, Shard shard) {}

  /** Starts the event loops, where nobody wants to hear of connects. */
  public Shards(
      ProxyConfig config, UpstreamSockets sockets, NanoClock clock, SplittableGenerator random) {
    this(config, sockets, clock, random, _ -> {});
  }

  /**
   * Starts the event loops; nothing listens yet.
   *
   * @param observer hears of connects on any of the loops
   * @throws UnsupportedOperationException if Netty's native epoll transport cannot be loaded, with
   *     the reason
   */
  public Shards(
      ProxyConfig config,
      UpstreamSockets sockets,
      NanoClock clock,
      SplittableGenerator random,
      ConnectObserver observer) {
    if (!Epoll.isAvailable()) {
      throw new UnsupportedOperationException(
          "Netty's native epoll transport cannot be loaded (expected: Linux on x86_64 or aarch64)",
          Epoll.unavailabilityCause());
    }
    group =
        new MultiThreadIoEventLoopGroup(
            config.shards(), new DefaultThreadFactory("shard"), EpollIoHandler.newFactory());
    this.config = config;
    this.clock = clock;
    this.sockets = sockets;
    placeWatch = new PlaceWatch(clock);
    streaks = new ConnectStreaks(clock, observer);
    ParkingPlaces parkingPlaces = new ParkingPlaces();
    Imitations imitations = new Imitations();
    for (int i = 0; i < config.shards(); i++) {
      IoEventLoop loop = group.next();
      RandomGenerator own = random.split();
      Shard shard =
          new Shard(loop, config, sockets, streaks, parkingPlaces, imitations, clock, own);
      loops.add(new Loop(loop, shard));
    }
  }

  /**
   * Hands a table to every shard, each of which puts it in force on its own loop. Called by one
   * thread at a time.
   */
  public void publish(RoutingTable table) {
    ChunkedMap<RouteKey, ClientLimit> next =
        ClientLimit.of(table, published, limits, clock.nanoTime());
    Map<PublishedPort, Places> places = placeWatch.changed(table, published);
    limits = next;
    published = table;
    loops.forEach(loop -> loop.eventLoop.execute(() -> loop.shard.apply(table, next, places)));
    streaks.sweep();
  }

  /**
   * Has ports follow the addresses of this node that come and go; looks every few seconds alone.
   */
  public void followAddresses() {
    Map<PublishedPort, Places> places = placeWatch.again(published);
    if (!places.isEmpty()) {
      loops.forEach(loop -> loop.eventLoop.execute(() -> loop.shard.served().follow(places)));
    }
  }

  /** Tells every shard how to treat clients while resources run short. */
  public void restrain(Restraint restraint) {
    loops.forEach(loop -> loop.eventLoop.execute(() -> loop.shard.restrain(restraint)));
  }

  /** Has every shard hear the agents of other nodes there, and nowhere else. */
  public void hear(List<HopGate> gates) {
    loops.forEach(loop -> loop.eventLoop.execute(() -> loop.shard.hops().hear(gates)));
  }

  /** Tells every shard whether tasks can see their clients' own addresses, and whose not. */
  public void become(Transparency transparency) {
    loops.forEach(loop -> loop.eventLoop.execute(() -> loop.shard.become(transparency)));
  }

  /** How much is in use of what the data path itself limits, 0 to 1. */
  public Map<Resource, Supplier<OptionalDouble>> gauges() {
    return Map.of(
        Resource.CONNECTIONS,
        () -> ratio(counters -> counters.places, Admission.mostPlaces(config) * config.shards()),
        Resource.DIRECT_MEMORY,
        () -> ratio(counters -> counters.keptBytes, PlatformDependent.maxDirectMemory()),
        Resource.PIPES,
        () ->
            ratio(
                counters -> counters.leasedPipes, (long) config.relay().pipes() * config.shards()));
  }

  private OptionalDouble ratio(Function<ShardCounters, Counter> inUse, long most) {
    long sum = loops.stream().mapToLong(loop -> inUse.apply(loop.shard.counters()).get()).sum();
    return most > 0 ? OptionalDouble.of((double) sum / most) : OptionalDouble.empty();
  }

  /**
   * Serves the ports that Docker publishes somewhere else from now on. On a platform thread, which
   * may enter namespaces.
   *
   * @return the port at a foothold to which all clients are to be brought; else 0
   * @throws IOException naming the foothold, if no sockets can be made there; all is as before then
   */
  public int place(Placement placement) throws IOException {
    if (!(placement instanceof Placement.Inside(Foothold foothold, _))) {
      loops.forEach(
          loop -> loop.eventLoop.execute(() -> loop.shard.served().place(placement, null)));
      return 0;
    }
    List<TakenSockets> pairs =
        new TransparentSocket(sockets, foothold.namespace(), foothold.address())
            .pairs(loops.size(), 0);
    int port = pairs.getFirst().stream().localAddress().getPort();
    for (int i = 0; i < loops.size(); i++) {
      Loop loop = loops.get(i);
      TakenSockets pair = pairs.get(i);
      loop.eventLoop.execute(() -> loop.shard.served().place(placement, pair));
    }
    settle();
    return port;
  }

  /**
   * Serves ranges of ports in the agent's network from now on, through sockets at loopback.
   *
   * @return the port of these sockets, to which all clients are to be brought
   * @throws IOException if they cannot be made; all is as before then
   */
  public int gather() throws IOException {
    InetAddress ipv4 = InetAddress.ofLiteral("127.0.0.1");
    List<TakenSockets> pairs = new TransparentSocket(sockets, null, ipv4).pairs(loops.size(), 0);
    int port = pairs.getFirst().stream().localAddress().getPort();
    List<TakenSockets> more = gatherIpv6(port, pairs);
    for (int i = 0; i < loops.size(); i++) {
      Loop loop = loops.get(i);
      List<TakenSockets> own =
          more.isEmpty() ? List.of(pairs.get(i)) : List.of(pairs.get(i), more.get(i));
      loop.eventLoop.execute(() -> loop.shard.served().gather(own));
    }
    settle();
    return port;
  }

  /**
   * Has clients of a network's virtual addresses come in at a foothold from now on, and no more
   * where they did before. On a platform thread, which may enter namespaces.
   *
   * @return the port there to which all clients are to be brought, whatever they ask for
   * @throws IOException naming the foothold, if no sockets can be made there; all is as before then
   */
  public int placeVirtual(String networkId, Foothold foothold) throws IOException {
    TransparentSocket socket =
        new TransparentSocket(sockets, foothold.namespace(), foothold.address());
    return placeVirtual(networkId, foothold, socket.pairs(loops.size(), 0));
  }

  /**
   * The same of a virtual address that is the foothold's own: clients come there by themselves, to
   * one port. No rules are needed, and no rights.
   *
   * @throws IOException as above
   */
  public void placeVirtual(String networkId, Foothold foothold, int port) throws IOException {
    TransparentSocket socket =
        new TransparentSocket(sockets, foothold.namespace(), foothold.address(), true);
    var _ = placeVirtual(networkId, foothold, socket.pairs(loops.size(), port));
  }

  private int placeVirtual(String networkId, Foothold foothold, List<TakenSockets> pairs) {
    int port = pairs.getFirst().stream().localAddress().getPort();
    for (int i = 0; i < loops.size(); i++) {
      Loop loop = loops.get(i);
      TakenSockets pair = pairs.get(i);
      loop.eventLoop.execute(() -> loop.shard.virtual().place(networkId, foothold, pair));
    }
    settle();
    return port;
  }

  /** Takes no new clients of a network's virtual addresses any more; relays go on. */
  public void leaveVirtual(String networkId) {
    loops.forEach(loop -> loop.eventLoop.execute(() -> loop.shard.virtual().leave(networkId)));
    settle();
  }

  private List<TakenSockets> gatherIpv6(int port, List<TakenSockets> others) throws IOException {
    if (!Socket.isIPv6Preferred()) {
      return List.of();
    }
    try {
      InetAddress ipv6 = InetAddress.ofLiteral("::1");
      return new TransparentSocket(sockets, null, ipv6).pairs(loops.size(), port);
    } catch (IOException e) {
      for (TakenSockets pair : others) {
        pair.stream().close();
        pair.datagrams().close();
      }
      throw e;
    }
  }

  /** Serves no ranges of ports, since this node cannot. */
  public void refuseRanges(String why) {
    loops.forEach(loop -> loop.eventLoop.execute(() -> loop.shard.served().refuseRanges(why)));
    settle();
  }

  /** Has the first table take over what another process leaves. To be called before it. */
  public void inherit(Inheritance inheritance) {
    for (int i = 0; i < loops.size(); i++) {
      Loop loop = loops.get(i);
      Inheritance.Share share = inheritance.share(i, loops.size());
      loop.eventLoop.execute(() -> loop.shard.served().inherit(share));
    }
  }

  /**
   * Second descriptors of all listening sockets, for another process to accept clients too; they
   * are the caller's to close. Until {@link #takeBack} nothing is done to the sockets that lasts.
   */
  public List<PassedSocket> lend() {
    Loan loan = new Loan();
    await(shard -> loan.add(shard.served().lend()));
    return loan.close();
  }

  /** What shards lend; what comes after it was closed goes nowhere, and is closed. */
  private static final class Loan {

    private final List<PassedSocket> lent = new ArrayList<>();
    private boolean closed;

    synchronized void add(List<PassedSocket> sockets) {
      if (closed) {
        sockets.forEach(PassedSocket::close);
      } else {
        lent.addAll(sockets);
      }
    }

    synchronized List<PassedSocket> close() {
      closed = true;
      return List.copyOf(lent);
    }
  }

  /** The other process does not hold what was lent any more. */
  public void takeBack() {
    await(shard -> shard.served().takeBack());
  }

  /** Takes no new clients any more; clients of what is lent are left to the other process. */
  public void stopListening() {
    await(Shard::stopListening);
  }

  /** Waits until every shard has done all that it was told before. */
  public void settle() {
    await(_ -> {}, SETTLE_LIMIT);
  }

  private void await(Consumer<Shard> action) {
    await(action, TURN_LIMIT);
  }

  private void await(Consumer<Shard> action, Duration limit) {
    boolean done =
        onEveryShard(
            (shard, whenDone) -> {
              action.accept(shard);
              whenDone.run();
            },
            limit);
    if (!done) {
      LOG.warn("a shard has not had its turn for {} s", limit.toSeconds());
    }
  }

  /** Connects to an endpoint without a client, and tells the observer how that ended. */
  public void probe(String serviceId, Endpoint endpoint) {
    Loop loop = loops.get(Math.floorMod(endpoint.taskId().hashCode(), loops.size()));
    loop.eventLoop.execute(() -> Probe.begin(loop.shard, streaks, serviceId, endpoint));
  }

  /** Lets limits forget the addresses from which no client comes any more. */
  public void forgetIdleSources() {
    limits.values().forEach(limit -> limit.count().sources().forgetIdle(clock.nanoTime()));
  }

  /** How many addresses of clients the limits of routes know now. */
  public int sources() {
    return limits.values().stream().mapToInt(limit -> limit.count().sources().size()).sum();
  }

  public MeshStats stats() {
    return MeshStats.sum(loops.stream().map(loop -> loop.shard.counters()).toList());
  }

  /** One status per served port, in the order of the ports. */
  public List<ListenerStatus> listeners() {
    TreeSet<PublishedPort> ports = new TreeSet<>();
    loops.forEach(loop -> ports.addAll(loop.shard.ports().keySet()));
    return ports.stream().map(this::listener).toList();
  }

  private ListenerStatus listener(PublishedPort port) {
    List<ServedPort> served =
        loops.stream().map(loop -> loop.shard.ports().get(port)).filter(Objects::nonNull).toList();
    List<String> errors = served.stream().map(ServedPort::error).filter(Objects::nonNull).toList();
    return new ListenerStatus(
        port,
        served.size() - errors.size(),
        loops.size(),
        errors.isEmpty() ? null : errors.getFirst(),
        served.isEmpty() ? List.of() : served.getFirst().addresses(),
        served.stream().anyMatch(ServedPort::isPlaceless),
        !served.isEmpty() && served.stream().allMatch(ServedPort::isTakenOver));
  }

  /**
   * Stops listening and waits for the relays to finish.
   *
   * @return whether all had finished within the limit
   */
  public boolean drain(Duration limit) {
    return onEveryShard(Shard::drain, limit);
  }

  /** Resets what still relays and ends the event loops. */
  @Override
  public void close() {
    await(Shard::abandonAll);
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private boolean onEveryShard(BiConsumer<Shard, Runnable> action, Duration limit) {
    CountDownLatch done = new CountDownLatch(loops.size());
    loops.forEach(loop -> loop.eventLoop.execute(() -> action.accept(loop.shard, done::countDown)));
    try {
      return done.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
