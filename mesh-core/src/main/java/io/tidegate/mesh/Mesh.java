package io.tidegate.mesh;

import io.tidegate.control.ControlLoop;
import io.tidegate.metrics.EjectionStats;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteKey;
import io.tidegate.overload.CgroupMemory;
import io.tidegate.overload.Descriptors;
import io.tidegate.overload.OverloadWatch;
import io.tidegate.overload.Pressure;
import io.tidegate.overload.Resource;
import io.tidegate.proxy.Foothold;
import io.tidegate.proxy.Inheritance;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.proxy.PassedSocket;
import io.tidegate.proxy.Placement;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.Shards;
import io.tidegate.proxy.Transparency;
import io.tidegate.proxy.UpstreamSockets;
import io.tidegate.routing.ConnectOutcome;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.HopGate;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Testimony;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running mesh: topologies in, connections balanced. Every method may be called from any thread.
 *
 * <pre>
 *   Topology ──► ControlLoop ──► RoutingTable ──► every Shard
 *                (one thread)     (immutable)      (its own event loop)
 * </pre>
 */
public final class Mesh implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Mesh.class);

  private final NanoClock clock = SystemNanoClock.INSTANCE;
  private final Shards shards;
  private final ControlLoop control;
  private final OverloadWatch overload;
  private final AgentRunner runner;
  private final AgentRunner overloadRunner;
  private final Thread controlThread;
  private final Thread overloadThread;
  private final ClashLog clashLog = new ClashLog();
  private final Ejections ejections = new Ejections();
  private final LongAdder outcomesUnheard = new LongAdder();

  // Written by the control thread.
  private volatile RoutingTable table = RoutingTable.EMPTY;
  private volatile long publishedAtNanos;
  private volatile boolean isClosing;

  private Mesh(
      ProxyConfig config,
      UpstreamSockets sockets,
      Consumer<Topology> inForce,
      Consumer<List<Testimony>> others) {
    publishedAtNanos = clock.nanoTime();
    SplittableGenerator random =
        RandomGeneratorFactory.<SplittableGenerator>of("L64X128MixRandom").create();
    shards = new Shards(config, sockets, clock, random, this::onOutcome);
    control = new ControlLoop(clock, random.split(), this::publish, inForce, shards::probe, others);
    runner =
        new AgentRunner(
            new ParkingIdleStrategy(() -> isClosing ? 0 : control.idleNanos()),
            e -> LOG.error("control loop: this turn failed, the last table stays in force", e),
            null,
            control);
    controlThread = AgentRunner.startOnThread(runner);
    overload = new OverloadWatch(gauges(), shards::restrain, clock);
    overloadRunner =
        new AgentRunner(
            new ParkingIdleStrategy(() -> isClosing ? 0 : overload.periodNanos()),
            e -> LOG.error("overload: this look failed, what was told last stays in force", e),
            null,
            new Rounds());
    overloadThread = AgentRunner.startOnThread(overloadRunner);
  }

  /** What is looked at now and then, off the data path. */
  private final class Rounds implements Agent {

    @Override
    public int doWork() {
      overload.look();
      shards.forgetIdleSources();
      shards.followAddresses();
      return 0;
    }

    @Override
    public String roleName() {
      return "overload";
    }
  }

  private Map<Resource, Supplier<OptionalDouble>> gauges() {
    Map<Resource, Supplier<OptionalDouble>> gauges = new EnumMap<>(shards.gauges());
    gauges.put(Resource.DESCRIPTORS, new Descriptors(clock)::ratio);
    gauges.put(Resource.CGROUP_MEMORY, CgroupMemory.own()::ratio);
    return gauges;
  }

  /**
   * Starts the control loop and the shards; nothing listens before the first topology.
   *
   * @throws UnsupportedOperationException if the native epoll transport cannot be loaded
   */
  public static Mesh start(ProxyConfig config, UpstreamSockets sockets) {
    return start(config, sockets, _ -> {}, _ -> {});
  }

  /**
   * Starts as above.
   *
   * @param inForce gets each topology on the control thread, once the table in force says all of
   *     it; one that a newer one has overtaken never comes here
   * @param others gets what this node tells others as a witness, on the control thread
   */
  public static Mesh start(
      ProxyConfig config,
      UpstreamSockets sockets,
      Consumer<Topology> inForce,
      Consumer<List<Testimony>> others) {
    return new Mesh(config, sockets, inForce, others);
  }

  /**
   * Hands over all that is known now. Bursts are coalesced, an unchanged topology has no effect.
   */
  public void offer(Topology topology) {
    control.offer(topology);
    LockSupport.unpark(controlThread);
  }

  private void onOutcome(ConnectOutcome outcome) {
    if (control.offer(outcome)) {
      LockSupport.unpark(controlThread);
    } else {
      outcomesUnheard.increment();
    }
  }

  /** Tells the data path whether tasks can see their clients' own addresses, and whose not. */
  public void become(Transparency transparency) {
    shards.become(transparency);
  }

  private void publish(RoutingTable next) {
    // Last: who sees a table here may count on it that the shards are told, and wait for them.
    shards.publish(next);
    publishedAtNanos = clock.nanoTime();
    table = next;
    clashLog.onTable(next);
    ejections.onTable(next, publishedAtNanos);
  }

  /** The routing table that was published last; {@link #settle} waits until it is in force. */
  public RoutingTable table() {
    return table;
  }

  /** How long ago that was, or the start where nothing was published yet. */
  public Duration tableAge() {
    return Duration.ofNanos(clock.nanoTime() - publishedAtNanos);
  }

  /** How long an endpoint will still be ejected, at least; 0 once a probe is to decide. */
  public Duration timeLeft(Ejection ejection) {
    return Duration.ofNanos(Math.max(ejection.untilNanos() - clock.nanoTime(), 0));
  }

  /** What was counted of ejections, for routes of which any endpoint ever was. */
  public SortedMap<RouteKey, EjectionStats> ejections() {
    return ejections.stats();
  }

  /** Ends of connects that the control loop had no room to hear of. */
  public long outcomesUnheard() {
    return outcomesUnheard.sum();
  }

  /** How much is in use of what the process lives on, and what follows. */
  public Pressure pressure() {
    return overload.pressure();
  }

  /** How many addresses of clients the limits of routes know now. */
  public int sources() {
    return shards.sources();
  }

  public MeshStats stats() {
    return shards.stats();
  }

  /** One status per served port, in the order of the ports. */
  public List<ListenerStatus> listeners() {
    return shards.listeners();
  }

  /** Takes clients there that other nodes' agents pass on, and nowhere else. */
  public void hear(List<HopGate> gates) {
    shards.hear(gates);
  }

  /** Has the first topology take over what another process leaves. To be called before it. */
  public void inherit(Inheritance inheritance) {
    shards.inherit(inheritance);
  }

  /**
   * Serves the ports that Docker publishes somewhere else from now on: see {@link Shards#place}.
   *
   * @throws IOException if that is not possible; all is as before then
   */
  public int place(Placement placement) throws IOException {
    return shards.place(placement);
  }

  /**
   * Serves ranges of ports from now on: see {@link Shards#gather}.
   *
   * @throws IOException if that is not possible; all is as before then
   */
  public int gather() throws IOException {
    return shards.gather();
  }

  /** Serves no ranges of ports, since this node cannot. */
  public void refuseRanges(String why) {
    shards.refuseRanges(why);
  }

  /**
   * Has clients of a network's virtual addresses come in there: see {@link
   * Shards#placeVirtual(String, Foothold)}.
   *
   * @throws IOException if that is not possible; all is as before then
   */
  public int placeVirtual(String networkId, Foothold foothold) throws IOException {
    return shards.placeVirtual(networkId, foothold);
  }

  /**
   * The same where clients come by themselves: see {@link Shards#placeVirtual(String, Foothold,
   * int)}.
   *
   * @throws IOException if that is not possible; all is as before then
   */
  public void placeVirtual(String networkId, Foothold foothold, int port) throws IOException {
    shards.placeVirtual(networkId, foothold, port);
  }

  /** Takes no new clients of a network's virtual addresses any more; relays go on. */
  public void leaveVirtual(String networkId) {
    shards.leaveVirtual(networkId);
  }

  /** Second descriptors of all listening sockets: see {@link Shards#lend}. */
  public List<PassedSocket> lend() {
    return shards.lend();
  }

  /** The other process does not hold what was lent any more. */
  public void takeBack() {
    shards.takeBack();
  }

  /** Takes no new clients any more; those of what is lent are left to the other process. */
  public void stopListening() {
    shards.stopListening();
  }

  /** Waits until every shard has put the last table in force. */
  public void settle() {
    shards.settle();
  }

  /**
   * Stops listening and waits until every relay has finished, at the most for the given time; true
   * if all did.
   */
  public boolean drain(Duration limit) {
    return shards.drain(limit);
  }

  /** Ends everything at once; what still relays is reset. */
  @Override
  public void close() {
    // Neither is to sleep on until what it waits for is due.
    isClosing = true;
    LockSupport.unpark(controlThread);
    LockSupport.unpark(overloadThread);
    overloadRunner.close();
    runner.close();
    shards.close();
  }
}
