package io.tidegate.bench;

import io.tidegate.balance.EndpointLoad;
import io.tidegate.balance.Picker;
import io.tidegate.balance.Pickers;
import io.tidegate.balance.Tried;
import io.tidegate.routing.BalancingPolicy;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one pick costs, by policy and by the size of the route; with {@code -prof gc} it must show 0
 * B/op.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PickBenchmark {

  private static final Tried NONE_TRIED = new Tried();

  @Param({"P2C", "ROUND_ROBIN"})
  BalancingPolicy policy = BalancingPolicy.P2C;

  @Param({"10", "1000", "100000"})
  int endpoints;

  private EndpointLoad[] loads = {};
  private Picker picker = tried -> Picker.NONE;

  @Setup
  public void prepare() {
    loads = new EndpointLoad[endpoints];
    Arrays.setAll(loads, _ -> new EndpointLoad());
    picker = Pickers.of(policy, loads, Tables.random());
  }

  /** The picker's part alone. */
  @Benchmark
  public int pick() {
    return picker.pick(NONE_TRIED);
  }

  /** A pick with the load that it puts on the endpoint and takes off again. */
  @Benchmark
  public int pickAndRelease() {
    int index = picker.pick(NONE_TRIED);
    loads[index].begin();
    loads[index].end();
    return index;
  }
}
