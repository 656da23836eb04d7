package io.tidegate.proxy;

import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.tidegate.bench.Tables;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.agrona.concurrent.SystemNanoClock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How long a shard is busy with a new routing table, and carries nothing meanwhile. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TableSwapBenchmark {

  private static final int FIRST_PORT = 20_000;

  /** All endpoints behind one port, or ten behind each of many. */
  public enum Shape {
    ONE_ROUTE,
    ROUTES_OF_TEN;

    int routes(int endpoints) {
      return this == ONE_ROUTE ? 1 : endpoints / 10;
    }
  }

  @Param Shape shape = Shape.ONE_ROUTE;

  @Param({"10", "1000", "100000"})
  int endpoints;

  private final ManualIoEventLoop loop =
      new ManualIoEventLoop(Thread.currentThread(), EpollIoHandler.newFactory());
  private final Shard shard =
      new Shard(
          loop,
          config(),
          UpstreamSockets.none("not in this benchmark"),
          new ConnectStreaks(SystemNanoClock.INSTANCE, _ -> {}),
          new ParkingPlaces(),
          new Imitations(),
          SystemNanoClock.INSTANCE,
          Tables.random());
  private RoutingTable inForce = RoutingTable.EMPTY;
  private RoutingTable changed = RoutingTable.EMPTY;
  private RoutingTable listedAnew = RoutingTable.EMPTY;
  private boolean isOther;

  @Setup
  public void prepare() {
    inForce = table(0);
    Route first = table(1).routes().values().getFirst();
    changed = new RoutingTable(2, inForce.routes().with(first.port(), first));
    listedAnew = table(0);
    shard.apply(inForce, Map.of(), Map.of());
    shard.ports().values().forEach(port -> countForEach(port.served()));
  }

  /** As if there had been a relay to every endpoint. */
  private static void countForEach(ServedRoute served) {
    for (int i = 0; i < served.dialableCount(); i++) {
      served.countersOf(i);
    }
  }

  private RoutingTable table(int changes) {
    int routes = shape.routes(endpoints);
    List<PublishedPort> ports =
        IntStream.range(FIRST_PORT, FIRST_PORT + routes).mapToObj(PublishedPort::tcp).toList();
    return Tables.of(
        ports,
        endpoints / routes,
        changes,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
  }

  /** An address that nobody else listens on, so that the ports are free. */
  private static ProxyConfig config() {
    return new ProxyConfig(
        1,
        "127.77.77.77",
        Duration.ofSeconds(4),
        3,
        16,
        RelayConfig.defaults(),
        UdpConfig.defaults());
  }

  /** One endpoint of one route is another; all other routes are shared with the table before. */
  @Benchmark
  public void oneEndpointReplaced() {
    isOther = !isOther;
    shard.apply(isOther ? changed : inForce, Map.of(), Map.of());
  }

  /** All is as before, in a table that was made from nothing: it is compared to the end. */
  @Benchmark
  public void sameListedAnew() {
    isOther = !isOther;
    shard.apply(isOther ? listedAnew : inForce, Map.of(), Map.of());
  }

  @TearDown
  public void close() {
    shard.abandonAll();
    var _ = loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    while (!loop.isTerminated()) {
      loop.runNow();
    }
  }
}
