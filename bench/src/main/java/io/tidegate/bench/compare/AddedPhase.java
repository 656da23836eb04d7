package io.tidegate.bench.compare;

import io.tidegate.bench.compare.load.LoadLoop;
import io.tidegate.bench.compare.load.Responder;
import io.tidegate.bench.compare.load.Traffic;
import io.tidegate.bench.compare.load.TrafficException;
import io.tidegate.bench.compare.report.Figure;
import io.tidegate.bench.compare.report.Figure.Group;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes what each proxy adds to the CPU time of everybody, clients and tasks included, over no
 * proxy at all. On a loopback, whoever sends is charged with what receiving takes: the proxy's own
 * time has half of the clients' and the tasks' in it, and misses half of its own.
 */
final class AddedPhase {

  private static final Duration OVERHEAD = Duration.ofMillis(80);
  private static final String PREFIX = Workloads.ADDED + "-";

  private final Bench bench;

  AddedPhase(Bench bench) {
    this.bench = bench;
  }

  /** Of the workloads that are asked for, or of all if it is asked for alone. */
  private static List<CpuWorkload> measured(Plan plan) {
    List<CpuWorkload> asked = CpuPhase.measured(plan);
    return asked.isEmpty() ? Workloads.CPU : asked;
  }

  static List<Figure> figures(Plan plan) {
    return measured(plan).stream().map(AddedPhase::figure).toList();
  }

  private static Figure figure(CpuWorkload workload) {
    Figure own = workload.figure();
    String unit = own.group().title().replace("CPU of the proxy ", "");
    return new Figure(id(own.id()), Group.ADDED, unit + ", " + own.title());
  }

  /** The figure that stands beside that of a workload. */
  static String id(String workload) {
    return PREFIX + workload;
  }

  static boolean isAdded(String figure) {
    return figure.startsWith(PREFIX);
  }

  static Duration estimate(Plan plan, int contenders) {
    Duration once = plan.warmUp().plus(plan.window()).plus(OVERHEAD);
    return once.multipliedBy((long) plan.rounds() * (contenders + 1) * measured(plan).size());
  }

  void run(List<Candidate> candidates) throws IOException {
    bench.loop().sleep(true);
    try {
      for (int round = 1; round <= bench.plan().rounds(); round++) {
        for (CpuWorkload workload : measured(bench.plan())) {
          bench.progress().turn("added, round %d of %d".formatted(round, bench.plan().rounds()));
          takeTurns(candidates, workload, round);
        }
      }
    } finally {
      bench.loop().sleep(false);
    }
  }

  private void takeTurns(List<Candidate> candidates, CpuWorkload workload, int round)
      throws IOException {
    double direct = direct(workload);
    for (Candidate candidate : candidates) {
      if (candidate.carries(workload)) {
        bench.progress().step(candidate.name());
        candidate.thaw();
        measure(candidate, workload, round, direct);
        candidate.freeze();
      }
    }
  }

  private double direct(CpuWorkload workload) throws IOException {
    bench.progress().step("direct");
    try (Responder responder = new Responder(bench.loop(), bench.fleet().freePort())) {
      Traffic traffic = workload.source().traffic(bench.loop(), responder.address(), responder);
      return cost(window(traffic, null), workload);
    } catch (TrafficException e) {
      throw new IOException("traffic without a proxy failed: " + e.getMessage(), e);
    }
  }

  private void measure(Candidate candidate, CpuWorkload workload, int round, double direct) {
    Figure figure = figure(workload);
    try {
      Window window = window(candidate.traffic(workload), candidate);
      double through = cost(window, workload);
      Map<String, Double> detail =
          Map.of(
              "directSeconds", direct,
              "throughSeconds", through,
              "proxySeconds", window.proxySeconds(),
              "loadSeconds", window.loadSeconds(),
              "windowSeconds", window.seconds());
      bench.recorder().add(figure, candidate.name(), round, through - direct, detail);
    } catch (TrafficException | IOException e) {
      bench.loop().abandon(candidate.responder());
      bench.recorder().fail(figure, candidate.name(), String.valueOf(e.getMessage()));
    }
  }

  private Window window(Traffic traffic, @Nullable Candidate candidate)
      throws IOException, TrafficException {
    LoadLoop loop = bench.loop();
    traffic.begin();
    loop.run(traffic, bench.plan().warmUp());
    Window window =
        Window.over(
            loop, traffic, candidate == null ? null : candidate.proxy(), bench.plan().window());
    traffic.finish();
    return window;
  }

  /** CPU time of everybody for the figure's number of units. */
  private static double cost(Window window, CpuWorkload workload) throws IOException {
    if (window.units() == 0) {
      throw new IOException("nothing arrived in a window");
    }
    return window.wholeSeconds() / window.units() * workload.units();
  }
}
