package io.tidegate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.Buffer;
import io.tidegate.kernel.TcpSocket;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.metrics.ShardCounters;
import io.tidegate.overload.Restraint;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.RoutingTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop and all that it owns: listeners, dials, relays, timers, pickers, loads and
 * counters. A connection stays on its shard from accept to close, so nothing here is shared. Every
 * method runs on the loop unless it says otherwise.
 *
 * <pre>
 *   accept ──► pick ──► connect ──► relay ──► release
 *   TcpListener  └──── Dial ────┘     Relay     EndpointLoad, counters
 *      ▼         ▲ ▲     ▼
 *     Arrival ───┘  Parked, where nobody takes the client
 * </pre>
 */
final class Shard {

  private static final Logger LOG = LoggerFactory.getLogger(Shard.class);

  static final int BUFFER_BYTES = 64 << 10;

  /** What can be put before the buffer's bytes, to be written along with them. */
  static final int HEADROOM_BYTES = 32;

  // What is read at once while receivers owe much: they can add little to it.
  private static final int CAREFUL_READ_BYTES = 4 << 10;

  private final IoEventLoop loop;
  private final ProxyConfig config;
  private final UpstreamSockets upstreamSockets;
  private final ShardCounters counters = new ShardCounters();
  private final ServedPorts ports;
  private final VirtualPorts virtual;
  private final RandomGenerator random;
  private final ConnectStreaks streaks;
  private final ParkingPlaces parkingPlaces;
  private final Hops hops;
  private final Imitations imitations;

  // Shard loop only, all below.
  private final ShardClock clock;
  private final Admission admission;
  private final ByteBuffer memory = ByteBuffer.allocateDirect(HEADROOM_BYTES + BUFFER_BYTES);
  private final ByteBuffer buffer = memory.slice(HEADROOM_BYTES, BUFFER_BYTES);
  private final long bufferAddress = Buffer.memoryAddress(buffer);
  private final PipePool pipes;
  private final List<RelayHalf> retired = new ArrayList<>();
  private @Nullable UdpSessions udp;
  private @Nullable Introductions introductions;
  private Transparency transparency = Transparency.not("nobody has looked yet");
  private boolean ended;
  private @Nullable Runnable whenIdle;

  Shard(
      IoEventLoop loop,
      ProxyConfig config,
      UpstreamSockets upstreamSockets,
      ConnectStreaks streaks,
      ParkingPlaces parkingPlaces,
      Imitations imitations,
      NanoClock clock,
      RandomGenerator random) {
    this.loop = loop;
    this.config = config;
    this.upstreamSockets = upstreamSockets;
    this.streaks = streaks;
    this.parkingPlaces = parkingPlaces;
    this.random = random;
    this.imitations = imitations;
    ports = new ServedPorts(this, random);
    virtual = new VirtualPorts(this, ports);
    hops = new Hops(this, random);
    this.clock = new ShardClock(loop, clock, counters.loopLag);
    admission = new Admission(config, counters);
    pipes =
        new PipePool(
            config.relay().pipeBytes(),
            config.relay().pipes(),
            counters.of(ShardCounter.PIPE_REFUSALS),
            counters.leasedPipes);
  }

  // --- routes ---

  /**
   * Puts a table in force.
   *
   * @param limits of those routes that have one
   * @param places of those that are to be bound elsewhere than before
   */
  void apply(
      RoutingTable table, Map<RouteKey, ClientLimit> limits, Map<PublishedPort, Places> places) {
    assert loop.inEventLoop();
    if (!ended) {
      ports.apply(table, limits, places);
      virtual.apply(table, limits);
    }
  }

  /** What is at hand for listeners, and for those of another process. */
  ServedPorts served() {
    assert loop.inEventLoop();
    return ports;
  }

  /** What is served of virtual addresses. */
  VirtualPorts virtual() {
    assert loop.inEventLoop();
    return virtual;
  }

  /** The ports of the table in force; for any thread. */
  Map<PublishedPort, ServedPort> ports() {
    return ports.byPort();
  }

  /** For any thread to read. */
  ShardCounters counters() {
    return counters;
  }

  /** What runs short says how clients are to be treated from now on. */
  void restrain(Restraint next) {
    assert loop.inEventLoop();
    admission.restrain(next);
    clock.hurry(next);
  }

  /** What is passed to the agents of other nodes, and by them. */
  Hops hops() {
    return hops;
  }

  /** Whether tasks can see their clients' own addresses from now on. */
  void become(Transparency next) {
    assert loop.inEventLoop();
    transparency = next;
  }

  Transparency transparency() {
    return transparency;
  }

  // --- ending ---

  /** Takes no new clients any more, neither at ports nor from other agents. */
  void stopListening() {
    ports.stopListening();
    virtual.stopListening();
    hops.stop();
  }

  /**
   * Stops listening and runs the action once the last relay has finished and no client waits any
   * more; those who do still follow the tables. UDP sessions have no end of their own: they count
   * for as long as answers under way may take ({@link UdpClients#LINGER}), and are ended then.
   */
  void drain(Runnable whenDrained) {
    assert loop.inEventLoop();
    stopListening();
    whenIdle = whenDrained;
    runWhenIdle();
  }

  /** Resets whatever still relays or waits. */
  void abandonAll() {
    assert loop.inEventLoop();
    ended = true;
    stopListening();
    hops.close();
    ports.endTaken();
    virtual.end();
    clock.abandonAll();
    closeRetired();
    pipes.close();
  }

  /** Looks whether what drains has ended. */
  void runWhenIdle() {
    // Each dial, parked client, relay and UDP session has exactly one timer, wherever the session
    // came from; that of an endpoint whose task is to stop runs only while it has relays, and that
    // of a session's hop only within the session.
    if (whenIdle != null && clock.isIdle()) {
      whenIdle.run();
      whenIdle = null;
    }
  }

  // --- what dials and relays live on ---

  ProxyConfig config() {
    return config;
  }

  UpstreamSockets upstreamSockets() {
    return upstreamSockets;
  }

  /** Opens a TCP socket in a network namespace; null for the agent's own. */
  TcpSocket openSocket(@Nullable String namespace, boolean ipv6) throws IOException {
    return namespace == null
        ? TcpSocket.open(ipv6)
        : new TcpSocket(upstreamSockets.openStream(namespace, ipv6));
  }

  Admission admission() {
    return admission;
  }

  ConnectStreaks streaks() {
    return streaks;
  }

  /** Where clients of a route wait that nobody takes; null if it is served no more. */
  @Nullable ParkingLot parkingLot(ServedRoute served) {
    return served.virtual == null
        ? ports.parkingLot(served.route.port())
        : virtual.parkingLot(served.virtual);
  }

  ParkingPlaces parkingPlaces() {
    return parkingPlaces;
  }

  Imitations imitations() {
    return imitations;
  }

  ShardClock clock() {
    return clock;
  }

  IoRegistration register(IoHandle handle) throws IOException {
    var registration = loop.register(handle);
    if (!registration.isSuccess()) {
      throw new IOException("cannot register with the event loop", registration.cause());
    }
    return registration.getNow();
  }

  /** Runs an action on this shard when the current batch of events is done. */
  void execute(Runnable action) {
    loop.execute(action);
  }

  void schedule(Runnable action, Duration delay) {
    // Through execute, whose failures the loop logs; a scheduled future would keep them to itself.
    var _ = loop.schedule(() -> loop.execute(action), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Gives the other connections their turn before this relay goes on. */
  void yieldTo(Relay relay) {
    counters.of(ShardCounter.BUDGET_YIELDS).increment();
    loop.execute(relay);
  }

  /** The one buffer through which every relay of this shard copies. */
  ByteBuffer buffer() {
    return buffer;
  }

  long bufferAddress() {
    return bufferAddress;
  }

  /**
   * Writes something, and then what is in the buffer, in one go.
   *
   * @param before what goes first, {@value #HEADROOM_BYTES} bytes at most
   * @param length how many bytes of the buffer
   * @return how many bytes of both the socket took
   */
  int write(TcpSocket socket, ByteBuffer before, int length) throws IOException {
    int first = before.limit();
    memory.put(HEADROOM_BYTES - first, before, 0, first);
    return socket.writeAddress(bufferAddress - first, 0, first + length);
  }

  /** The pipes through which the relays of this shard splice. */
  PipePool pipes() {
    return pipes;
  }

  /** What the UDP sessions of this shard share; takes no memory before the first UDP port. */
  UdpSessions udp() {
    if (udp == null) {
      udp = new UdpSessions(this, clock.nanoTime());
    }
    return udp;
  }

  /** What tells tasks of their clients; made for the first route that asks for it. */
  Introductions introductions() {
    if (introductions == null) {
      introductions = new Introductions(random);
    }
    return introductions;
  }

  /** How many bytes a relay may read at once. */
  int readLimit() {
    return counters.keptBytes.get() < config.relay().maxPendingBytes()
        ? BUFFER_BYTES
        : CAREFUL_READ_BYTES;
  }

  /** Copies what a receiver did not take out of the shared buffer. */
  ByteBuf keep(ByteBuffer source, int from, int to) {
    ByteBuf kept = PooledByteBufAllocator.DEFAULT.directBuffer(to - from);
    kept.writeBytes(source.limit(to).position(from));
    source.clear();
    counters.keptBytes.add(kept.capacity());
    return kept;
  }

  /** Puts a header before what was kept, which it takes the place of; that may be null. */
  ByteBuf keepBehind(byte[] header, @Nullable ByteBuf kept) {
    int length = header.length + (kept == null ? 0 : kept.readableBytes());
    ByteBuf both = PooledByteBufAllocator.DEFAULT.directBuffer(length);
    both.writeBytes(header);
    if (kept != null) {
      both.writeBytes(kept);
      release(kept);
    }
    counters.keptBytes.add(both.capacity());
    return both;
  }

  void release(ByteBuf kept) {
    counters.keptBytes.add(-kept.capacity());
    kept.release();
  }

  /**
   * Resets a client that is not relayed.
   *
   * @param said what was kept of it, or null
   */
  void turnAway(RelayHalf client, @Nullable ByteBuf said) {
    if (said != null) {
      release(said);
    }
    admission.clientLeft();
    reset(client);
  }

  /** Closes a half with a reset instead of an orderly end. */
  void reset(RelayHalf half) {
    try {
      half.socket.resetOnClose();
    } catch (IOException e) {
      LOG.debug("cannot reset {}: {}", half.socket, e.getMessage());
    }
    retire(half);
  }

  /**
   * Closes a half, but not before the current batch of events is done: a later event of the batch
   * could otherwise meet a new socket that was given the same descriptor.
   */
  void retire(RelayHalf half) {
    retired.add(half);
    if (retired.size() == 1) {
      loop.execute(this::closeRetired);
    }
  }

  private void closeRetired() {
    for (int i = 0; i < retired.size(); i++) {
      retired.get(i).closeNow();
    }
    retired.clear();
    runWhenIdle();
  }
}
