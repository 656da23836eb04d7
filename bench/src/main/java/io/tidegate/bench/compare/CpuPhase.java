package io.tidegate.bench.compare;

import io.tidegate.bench.compare.load.Traffic;
import io.tidegate.bench.compare.load.TrafficException;
import io.tidegate.bench.compare.report.Figure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Takes the CPU time of each proxy under each traffic, in rounds: everyone, then everyone again.
 */
final class CpuPhase {

  private static final Duration OVERHEAD = Duration.ofMillis(80);

  private final Bench bench;
  private final List<CpuWorkload> workloads;

  CpuPhase(Bench bench) {
    this.bench = bench;
    workloads = measured(bench.plan());
  }

  static List<CpuWorkload> measured(Plan plan) {
    return Workloads.CPU.stream().filter(workload -> plan.has(workload.name())).toList();
  }

  static List<Figure> figures(Plan plan) {
    return measured(plan).stream().map(CpuWorkload::figure).toList();
  }

  /** How many windows there are. */
  static int windows(Plan plan, int contenders) {
    return plan.rounds() * contenders * measured(plan).size();
  }

  static Duration estimate(Plan plan, int contenders) {
    Duration once = plan.warmUp().plus(plan.window()).plus(OVERHEAD);
    return once.multipliedBy(windows(plan, contenders));
  }

  void run(List<Candidate> candidates) throws IOException {
    for (int round = 1; round <= bench.plan().rounds(); round++) {
      for (Candidate candidate : candidates) {
        bench
            .progress()
            .turn("round %d of %d, %s".formatted(round, bench.plan().rounds(), candidate.name()));
        takeTurn(candidate, round);
      }
    }
  }

  private void takeTurn(Candidate candidate, int round) throws IOException {
    candidate.thaw();
    for (CpuWorkload workload : workloads) {
      if (candidate.carries(workload)) {
        bench.progress().step(workload.name());
        measure(candidate, workload, round);
      } else {
        String reason = Objects.requireNonNull(candidate.contender().udpMissing());
        bench.recorder().skip(workload.figure(), candidate.name(), reason);
      }
    }
    candidate.freeze();
  }

  private void measure(Candidate candidate, CpuWorkload workload, int round) {
    try {
      Window window = quietest(candidate, workload);
      bench.recorder().noteWindow(window);
      if (window.units() == 0) {
        String reason =
            "nothing arrived in a window of " + bench.plan().window().toMillis() + " ms";
        bench.recorder().skip(workload.figure(), candidate.name(), reason);
        return;
      }
      double cost = window.proxySeconds() / window.units() * workload.units();
      bench.recorder().add(workload.figure(), candidate.name(), round, cost, window.detail());
    } catch (TrafficException | IOException e) {
      bench.loop().abandon(candidate.responder());
      bench.recorder().fail(workload.figure(), candidate.name(), String.valueOf(e.getMessage()));
    }
  }

  private Window quietest(Candidate candidate, CpuWorkload workload)
      throws IOException, TrafficException {
    Window best = window(candidate, workload);
    while (best.isDisturbed() && bench.retries().take()) {
      Window again = window(candidate, workload);
      best = again.foreignShare() < best.foreignShare() ? again : best;
    }
    return best;
  }

  private Window window(Candidate candidate, CpuWorkload workload)
      throws IOException, TrafficException {
    Traffic traffic = candidate.traffic(workload);
    traffic.begin();
    bench.loop().run(traffic, bench.plan().warmUp());
    Window window = Window.over(bench.loop(), traffic, candidate.proxy(), bench.plan().window());
    traffic.finish();
    return window;
  }
}
