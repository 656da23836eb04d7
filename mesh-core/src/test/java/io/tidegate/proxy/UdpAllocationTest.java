package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a datagram costs the collector once its session is there: nothing. */
class UdpAllocationTest {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final int ROUND_TRIPS = 20_000;
  // Until everything on the way is compiled, the JVM itself allocates.
  private static final int MOST_ROUNDS = 20;
  // The wheel ticks 15 times a second, and each tick is a task for the loop.
  private static final double NEXT_TO_NOTHING = 0.5;

  @Test
  @Timeout(120)
  void allocatesNothingPerDatagram() throws IOException {
    UdpConfig config = new UdpConfig(Duration.ofSeconds(60), 100, 1_000);
    try (ProxyFixture proxy = new ProxyFixture(ProxyFixture.config(config));
        UdpTask task = UdpTask.echo()) {
      int port = proxy.serveUdp(0, task.address());
      assertAllocatesNothing(port);
    }
  }

  @Test
  @Timeout(120)
  void allocatesNothingPerDatagramThatIsPassedToAnotherAgent() throws IOException {
    try (HopFixture hop = new HopFixture();
        UdpTask task = UdpTask.echo()) {
      assertAllocatesNothing(hop.serveFromFar(Protocol.UDP, Policy.DEFAULT, task.address()));
    }
  }

  private static void assertAllocatesNothing(int port) throws IOException {
    try (UdpProbe probe = new UdpProbe(port)) {
      double bytes = Double.MAX_VALUE;
      for (int round = 0; round < MOST_ROUNDS && bytes >= NEXT_TO_NOTHING; round++) {
        long before = allocatedByShards();
        exchange(probe, ROUND_TRIPS);
        bytes = (double) (allocatedByShards() - before) / (2 * ROUND_TRIPS);
      }
      assertThat(bytes).as("bytes per datagram").isLessThan(NEXT_TO_NOTHING);
    }
  }

  private static void exchange(UdpProbe probe, int roundTrips) throws IOException {
    byte[] bytes = new byte[64];
    for (int i = 0; i < roundTrips; i++) {
      probe.send(bytes);
      probe.receive(5_000);
    }
  }

  private static long allocatedByShards() {
    return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().startsWith("shard"))
        .mapToLong(ThreadInfo::getThreadId)
        .map(THREADS::getThreadAllocatedBytes)
        .sum();
  }
}
