package io.tidegate.agent.admin;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import java.util.Arrays;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** Turns an HdrHistogram of microseconds into Prometheus' buckets of seconds. */
final class LatencyBuckets {

  /** For what should take milliseconds: upper bounds in seconds. */
  static final LatencyBuckets SHORT =
      new LatencyBuckets(
          0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5);

  /** For how long clients wait: upper bounds in seconds. */
  static final LatencyBuckets WAITING =
      new LatencyBuckets(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60);

  /** For how long connections live: upper bounds in seconds. */
  static final LatencyBuckets LONG = new LatencyBuckets(0.1, 1, 10, 60, 600, 3_600, 21_600);

  private static final double MICROS_PER_SECOND = 1e6;

  private final double[] bounds;

  private LatencyBuckets(double... bounds) {
    this.bounds = Arrays.copyOf(bounds, bounds.length + 1);
    this.bounds[bounds.length] = Double.POSITIVE_INFINITY;
  }

  ClassicHistogramBuckets of(Histogram micros) {
    long[] counts = new long[bounds.length];
    int bucket = 0;
    for (HistogramIterationValue value : micros.recordedValues()) {
      double seconds = micros.lowestEquivalentValue(value.getValueIteratedTo()) / MICROS_PER_SECOND;
      while (seconds > bounds[bucket]) {
        bucket++;
      }
      counts[bucket] += value.getCountAtValueIteratedTo();
    }
    return ClassicHistogramBuckets.of(bounds, counts);
  }

  static double sumSeconds(Histogram micros) {
    return micros.getTotalCount() == 0
        ? 0
        : micros.getMean() * micros.getTotalCount() / MICROS_PER_SECOND;
  }
}
