package io.tidegate.bench;

import com.sun.management.ThreadMXBean;
import io.tidegate.bench.compare.load.ConnectClose;
import io.tidegate.bench.compare.load.LoadLoop;
import io.tidegate.bench.compare.load.Responder;
import io.tidegate.bench.compare.load.Traffic;
import io.tidegate.bench.compare.load.TrafficException;
import io.tidegate.proxy.RelayMode;
import io.tidegate.routing.Protocol;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** Microseconds of its shard's CPU time per short connection: connect, ask, answer, close. */
final class RelayCost implements TableSize.Subject {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int CONCURRENCY = 16;
  private static final int ANSWER_BYTES = 64;
  private static final Duration WINDOW = Duration.ofMillis(500);
  private static final Duration LONGEST_WARM_UP = Duration.ofMinutes(2);
  private static final int FEWEST_WARM_UPS = 30_000;

  private final LoadLoop loop = new LoadLoop();
  private final Responder task;
  private final LoopbackProxy proxy;
  private final long shardThread;

  /** Starts a proxy and lets it meet each endpoint of its first route once or twice. */
  RelayCost(int routes, int endpointsPerRoute) throws IOException, TrafficException {
    task = new Responder(loop, 0);
    Set<Long> before = shardThreads();
    proxy =
        new LoopbackProxy(
            RelayMode.ADAPTIVE, Protocol.TCP, routes, endpointsPerRoute, task.address());
    Set<Long> own = shardThreads();
    own.removeAll(before);
    shardThread = own.iterator().next();
    Traffic traffic = traffic();
    int warmUps = FEWEST_WARM_UPS + endpointsPerRoute;
    loop.runUntil(traffic, () -> traffic.units() > warmUps, LONGEST_WARM_UP);
    traffic.finish();
  }

  private static Set<Long> shardThreads() {
    return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().startsWith("shard"))
        .map(ThreadInfo::getThreadId)
        .collect(Collectors.toSet());
  }

  private Traffic traffic() throws IOException {
    Traffic traffic = new ConnectClose(loop, proxy.address(), task, CONCURRENCY, ANSWER_BYTES);
    traffic.begin();
    return traffic;
  }

  @Override
  public double cost() throws IOException, TrafficException {
    Traffic traffic = traffic();
    loop.run(traffic, WINDOW.dividedBy(5));
    long unitsBefore = traffic.units();
    long cpuBefore = THREADS.getThreadCpuTime(shardThread);
    loop.run(traffic, WINDOW);
    double micros = (THREADS.getThreadCpuTime(shardThread) - cpuBefore) / 1e3;
    double cost = micros / (traffic.units() - unitsBefore);
    traffic.finish();
    return cost;
  }

  @Override
  public void close() {
    proxy.close();
    task.close();
    loop.close();
  }
}
