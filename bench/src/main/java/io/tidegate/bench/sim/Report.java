package io.tidegate.bench.sim;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What all runs have shown together.
 *
 * @param broken which invariant, where and when; null if all of them hold
 * @param staleMillis how long after a commit a node that follows may pick what is gone
 * @param outageMillis how long a node may be without a manager
 */
record Report(
    Scale scale,
    @Nullable String broken,
    double staleMillis,
    double outageMillis,
    Percentiles convergenceMillis,
    Percentiles missedMillis,
    Percentiles silentFailoverMillis,
    Percentiles endedFailoverMillis,
    List<Outcome> seeds) {

  static Report of(Scale scale, @Nullable String broken, List<Outcome> outcomes) {
    Lags all = new Lags();
    Histogram silent = Lags.histogram();
    Histogram ended = Lags.histogram();
    for (Outcome outcome : outcomes) {
      all.add(outcome.lags());
      (outcome.lossOfManager().equals("silent") ? silent : ended).add(outcome.lags().failover);
    }
    return new Report(
        scale,
        broken,
        Bounds.STALE_NANOS / 1e6,
        Bounds.OUTAGE_NANOS / 1e6,
        Percentiles.millis(all.followed),
        Percentiles.millis(all.missed),
        Percentiles.millis(silent),
        Percentiles.millis(ended),
        outcomes);
  }

  /** For people. */
  String text() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%,d nodes (%d managers), %,d services, %,d tasks, %d s of changes, %d seeds"
            .formatted(
                scale.nodes(),
                scale.managers(),
                scale.services(),
                scale.tasks(),
                scale.seconds(),
                seeds.size()));
    lines.add("                                           [p50, p90, p99, p99.9, max]");
    lines.add("commit to table, nodes that follow         " + convergenceMillis.text("ms"));
    lines.add("commit to table, committed in an outage    " + missedMillis.text("ms"));
    lines.add("failover, the manager's machine vanishes   " + silentFailoverMillis.text("ms"));
    lines.add("failover, the manager's agent ends         " + endedFailoverMillis.text("ms"));
    seeds.forEach(outcome -> lines.add(line(outcome)));
    lines.add(broken == null ? "all invariants hold" : "BROKEN  " + broken);
    return String.join("\n", lines) + "\n";
  }

  private static String line(Outcome outcome) {
    return ("seed %-4d %s, %,d tasks replaced, %,d commits, %,d tables, per node %,.0f messages and"
            + " %,.1f MB, per manager %,.0f MB sent")
        .formatted(
            outcome.seed(),
            outcome.lossOfManager(),
            outcome.replacedTasks(),
            outcome.commits(),
            outcome.tables(),
            outcome.perNode().messages().p50(),
            outcome.perNode().bytes().p50() / 1e6,
            outcome.sentBytesPerManager().p50() / 1e6);
  }
}
