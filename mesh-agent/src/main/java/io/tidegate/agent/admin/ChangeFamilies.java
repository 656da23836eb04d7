package io.tidegate.agent.admin;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tidegate.agent.changes.ChangeLags;
import io.tidegate.agent.changes.ChangeLog;
import io.tidegate.metrics.Latency;
import java.util.function.Function;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** How long changes of tasks took to be in force. */
final class ChangeFamilies {

  private static final int SIGNIFICANT_DIGITS = 2;

  private ChangeFamilies() {}

  static void add(Families families, ChangeLog changes) {
    families.histogram(
        "change_lag_seconds",
        "From the writing of a task's change to the routing table in force, by source.",
        LatencyBuckets.SHORT,
        series(changes, ChangeLags::lag));
    families.histogram(
        "change_since_heard_seconds",
        "From this node's hearing of a task's change to the routing table in force, by source.",
        LatencyBuckets.SHORT,
        series(changes, ChangeLags::sinceHeard));
  }

  private static Stream<Families.Latencies> series(
      ChangeLog changes, Function<ChangeLags, Latency> which) {
    return changes.lags().entrySet().stream()
        .map(
            entry ->
                new Families.Latencies(
                    Labels.of("source", entry.getKey()), micros(which.apply(entry.getValue()))));
  }

  private static Histogram micros(Latency latency) {
    Histogram micros = new Histogram(SIGNIFICANT_DIGITS);
    latency.addTo(micros);
    return micros;
  }
}
