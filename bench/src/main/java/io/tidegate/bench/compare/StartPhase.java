package io.tidegate.bench.compare;

import io.tidegate.bench.compare.contender.Contender;
import io.tidegate.bench.compare.contender.Fleet;
import io.tidegate.bench.compare.report.Figure;
import io.tidegate.bench.compare.report.Figure.Group;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * Takes how long each proxy needs to start, in rounds. Nothing else happens meanwhile, so it may
 * use every core, as it would where it is used.
 */
final class StartPhase {

  static final Figure FIGURE =
      new Figure(Workloads.START, Group.START, "with its configuration in a file");

  private static final Duration ONCE = Duration.ofMillis(700);

  private final Bench bench;

  StartPhase(Bench bench) {
    this.bench = bench;
  }

  static Duration estimate(Plan plan, int contenders) {
    return ONCE.multipliedBy((long) plan.rounds() * contenders);
  }

  void run() throws IOException {
    try (Fleet fleet = bench.fleet().onEveryCore()) {
      for (int round = 1; round <= bench.plan().rounds(); round++) {
        bench.progress().turn("start, round %d of %d".formatted(round, bench.plan().rounds()));
        for (Contender contender : bench.contenders()) {
          bench.progress().step(contender.name());
          measure(fleet, contender, round);
        }
      }
    }
  }

  private void measure(Fleet fleet, Contender contender, int round) throws IOException {
    try (Candidate candidate = Candidate.start(bench.loop(), fleet, contender)) {
      double millis = candidate.startTime().toNanos() / 1e6;
      bench.recorder().add(FIGURE, contender.name(), round, millis, Map.of());
    }
  }
}
