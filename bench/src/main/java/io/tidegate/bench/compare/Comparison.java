package io.tidegate.bench.compare;

import io.tidegate.bench.compare.contender.Contender;
import io.tidegate.bench.compare.contender.Fleet;
import io.tidegate.bench.compare.contender.Machine;
import io.tidegate.bench.compare.contender.Programs;
import io.tidegate.bench.compare.load.LoadLoop;
import io.tidegate.bench.compare.load.Traffic;
import io.tidegate.bench.compare.load.TrafficException;
import io.tidegate.bench.compare.report.Figure;
import io.tidegate.bench.compare.report.Results;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One run: starts everyone, lets them take turns, ends everyone. */
final class Comparison {

  private static final double QUIET_LOAD = 0.7;
  // One window in so many may be taken again.
  private static final int RETRIED_SHARE = 6;
  private static final int MOST_BREAK_INS = 12;
  private static final int STEADY_BREAK_INS = 2;
  private static final double STILL_FALLS = 0.95;
  // What each proxy carries before anything is measured, and for how many times the plan's time:
  // setting a connection up takes the most code.
  private static final Map<String, Double> BREAK_IN =
      Map.of(
          "keep-alive-1k",
          1.0,
          Workloads.CONNECT_CLOSE,
          2.0,
          "bulk-1-up",
          0.5,
          "bulk-16-down",
          0.5,
          Workloads.UDP,
          1.0);

  private final Plan plan;
  private final List<Contender> asked;
  private final boolean realTime;
  private final Progress progress;
  private final Recorder recorder;
  private final Map<String, String> facts = new LinkedHashMap<>();

  Comparison(Plan plan, List<Contender> asked, boolean realTime, Progress progress) {
    this.plan = plan;
    this.asked = asked;
    this.realTime = realTime;
    this.progress = progress;
    recorder = new Recorder(progress);
  }

  Results run() throws IOException {
    addMachine();
    List<Contender> present = present();
    announce(present.size());
    Retries retries = new Retries(CpuPhase.windows(plan, present.size()) / RETRIED_SHARE);
    try (LoadLoop loop = new LoadLoop();
        Fleet fleet = new Fleet(Window.PROXY_CORE, realTime, plan.idleRelays() + 1_000)) {
      runPhases(new Bench(plan, present, loop, fleet, recorder, retries, progress));
    }
    progress.done();
    facts.put("noise", recorder.noise(retries));
    facts.put("took", Progress.minutes(progress.elapsed()) + " min");
    return new Results(
        facts,
        asked.stream().map(Contender::name).toList(),
        figures(),
        recorder.samples(),
        recorder.problems());
  }

  private void runPhases(Bench bench) throws IOException {
    List<Candidate> candidates = new ArrayList<>();
    try {
      if (needsRunning()) {
        startAll(bench, candidates);
        runOnRunning(bench, candidates);
      }
    } finally {
      candidates.forEach(Candidate::close);
    }
    if (plan.has(Workloads.MEMORY)) {
      new MemoryPhase(bench).run();
    }
    if (plan.has(Workloads.START)) {
      new StartPhase(bench).run();
    }
  }

  private boolean needsRunning() {
    return !CpuPhase.measured(plan).isEmpty()
        || plan.has(Workloads.ADDED)
        || plan.has(Workloads.LATENCY)
        || plan.has(Workloads.SYSCALLS);
  }

  private void runOnRunning(Bench bench, List<Candidate> candidates) throws IOException {
    new CpuPhase(bench).run(candidates);
    if (plan.has(Workloads.ADDED)) {
      new AddedPhase(bench).run(candidates);
    }
    if (plan.has(Workloads.LATENCY)) {
      LatencyPhase latency = new LatencyPhase(bench);
      latency.run(candidates);
      facts.put("latency", latency.method());
    }
    if (plan.has(Workloads.SYSCALLS)) {
      SyscallPhase syscalls = new SyscallPhase(bench);
      syscalls.run(candidates);
      facts.put("system calls", syscalls.tool());
    }
  }

  private void startAll(Bench bench, List<Candidate> candidates) throws IOException {
    for (Contender contender : bench.contenders()) {
      progress.turn("starting " + contender);
      try {
        Candidate candidate = Candidate.start(bench.loop(), bench.fleet(), contender);
        candidates.add(candidate);
        breakIn(bench, candidate);
        candidate.freeze();
      } catch (IOException | TrafficException e) {
        progress.say("%s: %s".formatted(contender, e.getMessage()));
        figures()
            .forEach(
                figure -> recorder.skip(figure, contender.name(), String.valueOf(e.getMessage())));
      }
    }
  }

  private void breakIn(Bench bench, Candidate candidate) throws IOException, TrafficException {
    for (CpuWorkload workload : Workloads.CPU) {
      Double times = BREAK_IN.get(workload.name());
      if (times != null && candidate.carries(workload)) {
        progress.step(workload.name());
        breakIn(bench, candidate, workload, times * plan.breakIn().toNanos());
      }
    }
  }

  /**
   * Until it costs no less than before, twice in a row: a compiler that still works shares the
   * proxy's core, and its time is the proxy's.
   */
  private static void breakIn(Bench bench, Candidate candidate, CpuWorkload workload, double nanos)
      throws IOException, TrafficException {
    double lowest = Double.MAX_VALUE;
    int steady = 0;
    for (int i = 0; i < MOST_BREAK_INS && steady < STEADY_BREAK_INS; i++) {
      Traffic traffic = candidate.traffic(workload);
      traffic.begin();
      Window window =
          Window.over(
              bench.loop(),
              traffic,
              candidate.proxy(),
              Duration.ofNanos((long) nanos / STEADY_BREAK_INS));
      traffic.finish();
      double cost = window.proxySeconds() / Math.max(1, window.units());
      steady = cost > STILL_FALLS * lowest ? steady + 1 : 0;
      lowest = Math.min(lowest, cost);
    }
  }

  private List<Figure> figures() {
    List<Figure> figures = new ArrayList<>(CpuPhase.figures(plan));
    if (plan.has(Workloads.ADDED)) {
      figures.addAll(AddedPhase.figures(plan));
    }
    if (plan.has(Workloads.LATENCY)) {
      figures.addAll(LatencyPhase.figures());
    }
    if (plan.has(Workloads.SYSCALLS)) {
      figures.addAll(SyscallPhase.figures(plan));
    }
    if (plan.has(Workloads.MEMORY)) {
      figures.add(MemoryPhase.FIGURE);
    }
    if (plan.has(Workloads.START)) {
      figures.add(StartPhase.FIGURE);
    }
    return figures;
  }

  /** Those whose program is on this machine; of the others it is noted that it is not. */
  private List<Contender> present() {
    List<Contender> present = new ArrayList<>();
    for (Contender contender : asked) {
      try {
        var program = Programs.find(contender.program());
        if (program.isEmpty()) {
          throw new IOException(contender.program() + " is not installed");
        }
        String version = Programs.firstLine(program.get(), contender.versionArgs());
        facts.put(contender.name(), version + "; " + contender.configuration());
        present.add(contender);
      } catch (IOException e) {
        String reason = String.valueOf(e.getMessage());
        progress.say(contender + ": not compared: " + reason);
        facts.put(contender.name(), "not compared: " + reason);
        figures().forEach(figure -> recorder.skip(figure, contender.name(), reason));
      }
    }
    return present;
  }

  private void addMachine() throws IOException {
    Machine machine = Machine.here();
    facts.put("run", "%s, %d rounds, %s".formatted(plan.name(), plan.rounds(), now()));
    facts.put(
        "machine",
        "%d cores, %s, %d GiB, Linux %s"
            .formatted(
                machine.cores(), machine.cpu(), machine.memoryBytes() >> 30, machine.kernel()));
    facts.put("java", machine.java());
    facts.put(
        "method",
        "loopback; the proxy on core 0"
            + (realTime ? " by SCHED_FIFO" : "")
            + ", clients and task on one thread on core 1; CPU time of the proxy's processes, user"
            + " and system, in windows of "
            + plan.window().toMillis()
            + " ms; every byte checked");
    double load = Machine.loadAverage();
    if (load > QUIET_LOAD) {
      progress.say(
          String.format(
              Locale.ROOT,
              "load average %.2f: what else runs here will show in the figures",
              load));
    }
    facts.put("load before", String.format(Locale.ROOT, "%.2f", load));
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private void announce(int contenders) {
    Duration total = Duration.ZERO;
    if (needsRunning()) {
      Duration one = plan.breakIn().multipliedBy(4).plusSeconds(1);
      total = total.plus(one.multipliedBy(contenders));
    }
    total = total.plus(CpuPhase.estimate(plan, contenders));
    if (plan.has(Workloads.ADDED)) {
      total = total.plus(AddedPhase.estimate(plan, contenders));
    }
    if (plan.has(Workloads.LATENCY)) {
      total = total.plus(LatencyPhase.estimate(plan, contenders));
    }
    if (plan.has(Workloads.SYSCALLS)) {
      total = total.plus(SyscallPhase.estimate(plan, contenders));
    }
    if (plan.has(Workloads.MEMORY)) {
      total = total.plus(MemoryPhase.estimate(plan, contenders));
    }
    if (plan.has(Workloads.START)) {
      total = total.plus(StartPhase.estimate(plan, contenders));
    }
    progress.estimate(total);
    progress.say(
        "%d contenders, %d rounds: about %s min"
            .formatted(contenders, plan.rounds(), Progress.minutes(total)));
  }
}
