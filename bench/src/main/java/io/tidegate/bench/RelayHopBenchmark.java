package io.tidegate.bench;

import io.tidegate.proxy.RelayMode;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/**
 * How long a chunk takes from the client's write to the task's last read, through a relay that has
 * settled; with {@code -prof gc} it must show 0 B/op. Time, not CPU: most of a small chunk's goes
 * into waking up threads.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RelayHopBenchmark {

  @Param({"COPY", "SPLICE"})
  RelayMode mode = RelayMode.COPY;

  @Param({"2", "1024", "16384", "65536", "262144"})
  int bytes;

  private @Nullable LoopbackRelay relay;

  @Setup
  public void open() throws IOException {
    // JMH counts what tearing down allocates to the last iteration: at least no class is loaded
    // then.
    new LoopbackRelay(mode, bytes).close();
    relay = new LoopbackRelay(mode, bytes);
  }

  @Benchmark
  public int hop() throws IOException {
    return Objects.requireNonNull(relay).hop();
  }

  @TearDown
  public void close() throws IOException {
    Objects.requireNonNull(relay).close();
  }
}
