package io.tidegate.bench;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a datagram takes from the client's send to the task's receive when a whole batch of them is
 * under way in a session; with {@code -prof gc} it must show 0 B/op. An operation is one datagram.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class UdpBatchBenchmark {

  private static final int BATCH = 32;

  @Param({"64", "1024"})
  int bytes;

  private @Nullable LoopbackSession session;

  @Setup
  public void open() throws IOException {
    // JMH counts what tearing down allocates to the last iteration: at least no class is loaded
    // then.
    new LoopbackSession(bytes).close();
    session = new LoopbackSession(bytes);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void send() throws IOException {
    Objects.requireNonNull(session).send(BATCH);
  }

  @TearDown
  public void close() throws IOException {
    Objects.requireNonNull(session).close();
  }
}
