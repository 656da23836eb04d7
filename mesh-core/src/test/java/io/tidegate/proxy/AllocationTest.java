package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Steady traffic leaves nothing to collect. */
@Timeout(60)
class AllocationTest {

  private static final int TURNS = 4;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int MIB = 1 << 20;

  @Test
  void aRequestOnASettledRelayAllocatesNothing() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture(settlingSoon(RelayMode.ADAPTIVE));
        Socket client = proxy.connect(proxy.serve(task.address()))) {
      client.setTcpNoDelay(true);
      long settledAt = System.nanoTime() + Duration.ofSeconds(2).toNanos();
      while (System.nanoTime() < settledAt) {
        echo(client, 1_000);
      }
      int requests = 20_000;
      assertAllocatesNothing(requests, () -> echo(client, requests));
    }
  }

  @ParameterizedTest
  @EnumSource(RelayMode.class)
  void aBulkTransferAllocatesNothingPerChunk(RelayMode mode) throws Exception {
    int mib = 512;
    try (var task = TestTask.that(socket -> blast(socket.getOutputStream()));
        var proxy = new ProxyFixture(settlingSoon(mode));
        Socket client = proxy.connect(proxy.serve(task.address()))) {
      InputStream in = client.getInputStream();
      long settledAt = System.nanoTime() + Duration.ofSeconds(2).toNanos();
      while (System.nanoTime() < settledAt) {
        skip(in, 16);
      }
      // A chunk is 64 KiB at the most where it is copied.
      assertAllocatesNothing(mib * 16, () -> skip(in, mib));
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  /** On a busy machine it takes a few turns until all is compiled; after that none may allocate. */
  private static void assertAllocatesNothing(int units, Work work) throws Exception {
    List<Long> perTurn = new ArrayList<>();
    do {
      perTurn.add(allocatedBeyondTicks(work));
    } while (perTurn.getLast() >= units && perTurn.size() < TURNS);
    assertThat(perTurn.getLast())
        .as("bytes in turns of %d units: %s", units, perTurn)
        .isLessThan(units);
  }

  private static long allocatedBeyondTicks(Work work) throws Exception {
    long startNanos = System.nanoTime();
    long before = allocatedByShards();
    work.run();
    long allocated = allocatedByShards() - before;
    // Each shard's timers tick 15 times a second, at a few hundred bytes.
    long ticks =
        ProxyFixture.SHARDS * (1 + (System.nanoTime() - startNanos) / Timers.RESOLUTION_NANOS);
    return allocated - ticks * 1_000;
  }

  /** Relays settle when the timer of their dial fires. */
  private static ProxyConfig settlingSoon(RelayMode mode) {
    return ProxyFixture.config(Duration.ofMillis(300), mode);
  }

  private static long allocatedByShards() {
    return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().startsWith("shard"))
        .mapToLong(ThreadInfo::getThreadId)
        .map(THREADS::getThreadAllocatedBytes)
        .sum();
  }

  private static void echo(Socket client, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      client.getOutputStream().write(42);
      assertThat(client.getInputStream().read()).isEqualTo(42);
    }
  }

  /** Until the reader has had enough. */
  private static void blast(OutputStream out) throws IOException {
    byte[] block = new byte[MIB];
    while (true) {
      out.write(block);
    }
  }

  private static void skip(InputStream in, int mib) throws Exception {
    byte[] block = new byte[MIB];
    for (int i = 0; i < mib; i++) {
      assertThat(in.readNBytes(block, 0, MIB)).isEqualTo(MIB);
    }
  }
}
