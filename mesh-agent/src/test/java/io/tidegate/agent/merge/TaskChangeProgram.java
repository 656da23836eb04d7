package io.tidegate.agent.merge;

import com.sun.management.ThreadMXBean;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.control.ControlLoop;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.RelayConfig;
import io.tidegate.proxy.Shards;
import io.tidegate.proxy.UdpConfig;
import io.tidegate.proxy.UpstreamSockets;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.agrona.concurrent.SystemNanoClock;

/**
 * The whole way of a change in a process of its own: from a manager's commit through discovery and
 * the control loop to the listeners of every shard. Prints what one change costs and how much
 * memory the process has; discovery and the control loop take turns on the main thread.
 */
final class TaskChangeProgram {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int WARM_UP_CHANGES = 3_000;

  private final Discovery discovery = new Discovery(() -> 0);
  private final Shards shards;
  private final ControlLoop control;
  private long nowNanos;

  private TaskChangeProgram(int shardCount) {
    shards =
        new Shards(
            config(shardCount),
            UpstreamSockets.none("not in this test"),
            SystemNanoClock.INSTANCE,
            RandomGeneratorFactory.<SplittableGenerator>of("L64X128MixRandom").create());
    control = new ControlLoop(() -> nowNanos, shards::publish);
  }

  /** An address that nobody else listens on, so that the ports are free. */
  private static ProxyConfig config(int shardCount) {
    return new ProxyConfig(
        shardCount,
        "127.77.77.77",
        Duration.ofSeconds(4),
        3,
        16,
        RelayConfig.defaults(),
        UdpConfig.defaults());
  }

  /**
   * Measures, and prints the figures.
   *
   * @param args how many services, tasks of each, nodes, shards and changes
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    int[] counts = Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
    new TaskChangeProgram(counts[3])
        .measure(new ManyServices(counts[0], counts[1], counts[2]), counts[4]);
    System.exit(0);
  }

  private void measure(ManyServices swarm, int changes) throws IOException, InterruptedException {
    discovery.onReading(ManyServices.reading(), nowNanos);
    list(swarm);
    awaitBound(swarm.services());
    print("residentMibAfterList", residentMib());
    IntStream.range(0, WARM_UP_CHANGES).mapToObj(swarm::change).forEach(this::apply);
    List<Commit> commits =
        IntStream.range(WARM_UP_CHANGES, WARM_UP_CHANGES + changes)
            .mapToObj(swarm::change)
            .toList();
    quiet();
    Cost control = Cost.of(LongStream.of(Thread.currentThread().threadId()));
    Cost shard = Cost.of(shardThreads());
    commits.forEach(this::apply);
    Cost.of(LongStream.of(Thread.currentThread().threadId()))
        .minus(control)
        .print("control", changes);
    quiet();
    Cost.of(shardThreads()).minus(shard).print("shards", changes);
    print("residentMib", residentMib());
    System.gc();
    Runtime heap = Runtime.getRuntime();
    print("heapMib", (heap.totalMemory() - heap.freeMemory()) >> 20);
  }

  private void list(ManyServices swarm) {
    ClusterState state = swarm.state();
    long startNanos = System.nanoTime();
    discovery.onListed("stream", state, nowNanos);
    handOver();
    print("listMillis", (System.nanoTime() - startNanos) / 1_000_000);
  }

  private void apply(Commit commit) {
    discovery.onCommit(commit, nowNanos);
    handOver();
  }

  private void handOver() {
    nowNanos += ControlLoop.COALESCE.toNanos();
    control.offer(Objects.requireNonNull(discovery.topology(nowNanos)));
    control.doWork();
  }

  private void awaitBound(int listeners) throws InterruptedException {
    long startNanos = System.nanoTime();
    while (shards.listeners().stream().filter(status -> status.isBound()).count() < listeners) {
      Thread.sleep(100);
    }
    print("boundMillis", (System.nanoTime() - startNanos) / 1_000_000);
  }

  /** Until the shards are done with the last table, and compilers with what they have to do. */
  private static void quiet() throws InterruptedException {
    Thread.sleep(1_000);
  }

  private static LongStream shardThreads() {
    return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().startsWith("shard"))
        .mapToLong(ThreadInfo::getThreadId);
  }

  private record Cost(long cpuNanos, long bytes) {

    static Cost of(LongStream threads) {
      return threads
          .mapToObj(
              id -> new Cost(THREADS.getThreadCpuTime(id), THREADS.getThreadAllocatedBytes(id)))
          .reduce(new Cost(0, 0), (a, b) -> new Cost(a.cpuNanos + b.cpuNanos, a.bytes + b.bytes));
    }

    Cost minus(Cost before) {
      return new Cost(cpuNanos - before.cpuNanos, bytes - before.bytes);
    }

    void print(String who, int changes) {
      TaskChangeProgram.print(who + "MicrosPerChange", cpuNanos / 1_000 / changes);
      TaskChangeProgram.print(who + "BytesPerChange", bytes / changes);
    }
  }

  private static long residentMib() throws IOException {
    String pages = Files.readString(Path.of("/proc/self/statm")).split(" ", 3)[1];
    return (Long.parseLong(pages) * 4_096) >> 20;
  }

  private static void print(String name, long value) {
    System.out.println(name + " " + value);
  }
}
