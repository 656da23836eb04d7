package io.tidegate.bench.compare;

import io.tidegate.bench.compare.contender.SyscallCounter;
import io.tidegate.bench.compare.load.Traffic;
import io.tidegate.bench.compare.load.TrafficException;
import io.tidegate.bench.compare.report.Figure;
import io.tidegate.bench.compare.report.Figure.Group;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Counts the system calls of each proxy per unit of work, apart from what is timed. */
final class SyscallPhase {

  private static final Duration OVERHEAD = Duration.ofMillis(1_600);

  /**
   * What is counted.
   *
   * @param units one that people can picture is so many of the workload's
   * @param tellsMost whether it is counted even when there is little time
   */
  private record Counted(CpuWorkload workload, Figure figure, double units, boolean tellsMost) {}

  private static final List<Counted> COUNTED =
      List.of(
          counted("bulk-1-down", "per MiB, 1 flow, task to client", 1 << 20, true),
          counted("bulk-16-down", "per MiB, 16 flows, task to client", 1 << 20, false),
          counted("keep-alive-2", "per keep-alive request, answer of 2 B", 1, true),
          counted("keep-alive-16k", "per keep-alive request, answer of 16 KiB", 1, false),
          counted("keep-alive-256k", "per keep-alive request, answer of 256 KiB", 1, false),
          counted(Workloads.CONNECT_CLOSE, "per connect, request, close", 1, true),
          counted(Workloads.UDP, "per UDP round trip", 1, false));

  private final Bench bench;
  private final Optional<SyscallCounter> counter = SyscallCounter.find();

  SyscallPhase(Bench bench) {
    this.bench = bench;
  }

  private static Counted counted(String name, String title, double units, boolean tellsMost) {
    CpuWorkload workload =
        Workloads.CPU.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    return new Counted(
        workload, new Figure("syscalls-" + name, Group.SYSCALLS, title), units, tellsMost);
  }

  static List<Figure> figures(Plan plan) {
    return counted(plan).stream().map(Counted::figure).toList();
  }

  private static List<Counted> counted(Plan plan) {
    return COUNTED.stream().filter(counted -> counted.tellsMost || plan.isThorough()).toList();
  }

  static Duration estimate(Plan plan, int contenders) {
    return plan.syscallWindow()
        .plus(OVERHEAD)
        .multipliedBy((long) contenders * counted(plan).size());
  }

  /** With what they are counted, for people. */
  String tool() {
    return counter.map(SyscallCounter::name).orElse("not counted: neither perf nor strace");
  }

  void run(List<Candidate> candidates) throws IOException {
    for (Candidate candidate : candidates) {
      bench.progress().turn("system calls, " + candidate.name());
      candidate.thaw();
      for (Counted counted : counted(bench.plan())) {
        if (counter.isEmpty()) {
          skip(counted, candidate, "neither perf nor strace is on this machine");
        } else if (candidate.carries(counted.workload)) {
          bench.progress().step(counted.workload.name());
          count(counter.get(), candidate, counted);
        }
      }
      candidate.freeze();
    }
  }

  private void count(SyscallCounter with, Candidate candidate, Counted counted) {
    Traffic traffic = candidate.traffic(counted.workload);
    try {
      Map<String, Long> calls = with.count(candidate.proxy(), () -> carry(traffic));
      double units = traffic.units() / counted.units;
      Map<String, Double> detail = new HashMap<>();
      calls.forEach((name, number) -> detail.put(name, number / units));
      double sum = detail.values().stream().mapToDouble(Double::doubleValue).sum();
      bench.recorder().add(counted.figure, candidate.name(), 1, sum, detail);
    } catch (IOException | TrafficException e) {
      bench.loop().abandon(candidate.responder());
      skip(counted, candidate, String.valueOf(e.getMessage()));
    }
  }

  private void carry(Traffic traffic) throws IOException, TrafficException {
    traffic.begin();
    bench.loop().run(traffic, bench.plan().syscallWindow());
    traffic.finish();
  }

  private void skip(Counted counted, Candidate candidate, String reason) {
    bench.recorder().skip(counted.figure, candidate.name(), reason);
  }
}
