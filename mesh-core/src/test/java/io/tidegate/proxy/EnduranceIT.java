package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An hour's worth of connections in minutes leaves the process as it was. {@code
 * -Dendurance.connections=1000000} makes it a million.
 */
class EnduranceIT {

  private static final int CONNECTIONS = Integer.getInteger("endurance.connections", 50_000);
  // Until everything is compiled and every pool has what it keeps.
  private static final int WARM_UP = 10_000;
  // Six bytes for each of the fewest connections.
  private static final long MOST_HEAP_GROWTH_BYTES = 256 << 10;

  // Netty's pool takes memory by the chunk, once, when a shard first keeps bytes for a receiver.
  private static final long MOST_POOLED_BYTES = ProxyFixture.SHARDS * (4L << 20);

  private final List<Snapshot> snapshots = new ArrayList<>();

  /** The process after so many connections, none of which is left. */
  private record Snapshot(
      int connections,
      long heapBytes,
      long directBytes,
      long descriptors,
      long pipeEnds,
      long residentBytes,
      double cpuSeconds) {

    static Snapshot of(ProxyProcess proxy, int connections) throws IOException {
      Await.until(() -> proxy.vitals().active() == 0);
      Vitals alive = proxy.vitalsAlive();
      assertThat(alive.connected()).isEqualTo(connections);
      assertThat(alive.refused()).isZero();
      assertThat(alive.keptBytes()).isZero();
      return new Snapshot(
          connections,
          alive.heapBytes(),
          alive.directBytes(),
          proxy.descriptors(),
          proxy.pipeEnds(),
          proxy.residentBytes(),
          proxy.cpuTime().toMillis() / 1e3);
    }

    @Override
    public String toString() {
      return "%,11d %,12d %,12d %11d %9d %,10d %8.1f"
          .formatted(
              connections,
              heapBytes,
              directBytes,
              descriptors,
              pipeEnds,
              residentBytes >> 10,
              cpuSeconds);
    }
  }

  @Test
  @Timeout(1_800)
  void shortConnectionsLeaveTheProcessAsItWas() throws Exception {
    try (var connections = new ShortConnections();
        var proxy = ProxyProcess.start(connections.tasks())) {
      for (int quarters : new int[] {0, 1, 2, 4}) {
        int upTo = WARM_UP + CONNECTIONS / 4 * quarters;
        connections.runUpTo(upTo, proxy.port);
        snapshots.add(Snapshot.of(proxy, upTo));
      }
    } finally {
      print();
    }
    Snapshot before = snapshots.getFirst();
    Snapshot after = snapshots.getLast();
    assertThat(after.descriptors).isEqualTo(before.descriptors);
    assertThat(after.pipeEnds).isEqualTo(before.pipeEnds);
    assertThat(after.directBytes - before.directBytes).isLessThanOrEqualTo(MOST_POOLED_BYTES);
    assertThat(after.heapBytes - before.heapBytes).isLessThan(MOST_HEAP_GROWTH_BYTES);
  }

  private void print() {
    System.out.printf(
        "%11s %12s %12s %11s %9s %10s %8s%n",
        "connections",
        "heap (B)",
        "direct (B)",
        "descriptors",
        "pipe ends",
        "RSS (KiB)",
        "CPU (s)");
    snapshots.forEach(System.out::println);
  }
}
