package io.tidegate.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks of what must not allocate, just long enough to tell, and ends with 1 if
 * anything does.
 */
public final class AllocationGate {

  /** JMH's own bookkeeping and the shard's timer come to less, spread over the operations. */
  static final double LIMIT_BYTES = 1;

  private static final String BYTES_PER_OPERATION = "gc.alloc.rate.norm";

  /**
   * A benchmark, with the parameters that matter here.
   *
   * @param name a regular expression for its class and method
   */
  record Gated(String name, Map<String, List<String>> parameters) {}

  /** What must not allocate. */
  static final List<Gated> GATED =
      List.of(
          new Gated("PickBenchmark.pickAndRelease", Map.of("endpoints", List.of("1000"))),
          new Gated("RelayHopBenchmark.hop", Map.of("bytes", List.of("2", "65536"))),
          new Gated("UdpBatchBenchmark.send", Map.of("bytes", List.of("64"))));

  /** What one benchmark allocates. */
  record Verdict(String benchmark, double bytesPerOperation) {

    boolean isGood() {
      return bytesPerOperation < LIMIT_BYTES;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%-4s %8.3f B/op  %s",
          isGood() ? "ok" : "BAD",
          bytesPerOperation,
          benchmark);
    }
  }

  private AllocationGate() {}

  /** Prints a line for each benchmark. */
  public static void main(String[] args) throws RunnerException {
    boolean good = true;
    for (Gated gated : GATED) {
      for (Verdict verdict : judge(gated)) {
        System.out.println(verdict);
        good &= verdict.isGood();
      }
    }
    System.exit(good ? 0 : 1);
  }

  /**
   * Runs a benchmark in this process.
   *
   * @throws RunnerException if there is no such benchmark, or it fails
   */
  static List<Verdict> judge(Gated gated) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(gated.name())
            .addProfiler(GCProfiler.class)
            .forks(0)
            .warmupIterations(1)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(4)
            .measurementTime(TimeValue.seconds(1))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    gated
        .parameters()
        .forEach((name, values) -> options.param(name, values.toArray(new String[0])));
    Collection<RunResult> results = new Runner(options.build()).run();
    List<Verdict> verdicts = new ArrayList<>();
    for (RunResult result : results) {
      verdicts.add(new Verdict(name(result), bytesPerOperation(result)));
    }
    return verdicts;
  }

  private static String name(RunResult result) {
    Map<String, String> parameters = new TreeMap<>();
    for (String key : result.getParams().getParamsKeys()) {
      parameters.put(key, result.getParams().getParam(key));
    }
    return result.getPrimaryResult().getLabel() + " " + parameters;
  }

  /** The least of the iterations: what an operation allocates, it allocates in each of them. */
  private static double bytesPerOperation(RunResult result) {
    return result.getBenchmarkResults().stream()
        .map(BenchmarkResult::getIterationResults)
        .flatMap(Collection::stream)
        .mapToDouble(AllocationGate::bytesPerOperation)
        .min()
        .orElseThrow();
  }

  private static double bytesPerOperation(IterationResult iteration) {
    return Objects.requireNonNull(
            iteration.getSecondaryResults().get(BYTES_PER_OPERATION), BYTES_PER_OPERATION)
        .getScore();
  }
}
