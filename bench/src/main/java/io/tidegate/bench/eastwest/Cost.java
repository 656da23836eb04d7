package io.tidegate.bench.eastwest;

import io.tidegate.bench.compare.contender.CoreTime;
import io.tidegate.bench.compare.load.LoadLoop;
import io.tidegate.bench.compare.load.Traffic;
import io.tidegate.bench.compare.load.TrafficException;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one unit of some traffic has cost, in microseconds of CPU time, user and system.
 *
 * @param machine what both cores were busy, in whatever process and in the kernel
 * @param all that of client, task and agent
 * @param agent that of the agent alone; 0 without one
 * @param perSecond units
 */
record Cost(double machine, double all, double agent, double perSecond) {

  private static final int CORES = 2;

  /** Takes it from traffic that flows already. */
  static Cost of(LoadLoop loop, Traffic traffic, @Nullable ProcessHandle agent, Duration window)
      throws IOException, TrafficException {
    double machineBefore = busySeconds();
    double agentBefore = cpuSeconds(agent);
    double ownBefore = cpuSeconds(ProcessHandle.current());
    long unitsBefore = traffic.units();
    long startNanos = System.nanoTime();
    loop.run(traffic, window);
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    long units = traffic.units() - unitsBefore;
    if (units == 0) {
      throw new IOException("nothing arrived in " + window.toMillis() + " ms");
    }
    double ofAgent = cpuSeconds(agent) - agentBefore;
    double own = cpuSeconds(ProcessHandle.current()) - ownBefore;
    return new Cost(
        (busySeconds() - machineBefore) * 1e6 / units,
        (own + ofAgent) * 1e6 / units,
        ofAgent * 1e6 / units,
        units / seconds);
  }

  private static double busySeconds() throws IOException {
    double sum = 0;
    for (int core = 0; core < CORES; core++) {
      sum += CoreTime.now(core).busySeconds();
    }
    return sum;
  }

  private static double cpuSeconds(@Nullable ProcessHandle process) {
    return process == null
        ? 0
        : process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
  }
}
