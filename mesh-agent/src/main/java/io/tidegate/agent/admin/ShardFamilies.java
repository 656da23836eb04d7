package io.tidegate.agent.admin;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tidegate.agent.admin.Families.Latencies;
import io.tidegate.agent.admin.Families.Point;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.ShardCounter;
import java.util.stream.Stream;

/** What shards count that belongs to no route. */
final class ShardFamilies {

  private ShardFamilies() {}

  static void add(Families families, MeshStats stats) {
    for (ShardCounter counter : ShardCounter.values()) {
      families.counter(
          counter.toString(),
          counter.help(),
          Stream.of(new Point(Labels.EMPTY, stats.shards().getOrDefault(counter, 0L))));
    }
    families.histogram(
        "loop_lag_seconds",
        "How late event loops came to their timers, looked at 15 times a second while any runs.",
        LatencyBuckets.SHORT,
        Stream.of(new Latencies(Labels.EMPTY, stats.loopLag())));
  }
}
