package io.tidegate.bench.sim;

import java.util.Arrays;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/** How values are spread. */
record Percentiles(long count, double p50, double p90, double p99, double p999, double max) {

  /** Of microseconds, in milliseconds. */
  static Percentiles millis(Histogram micros) {
    return new Percentiles(
        micros.getTotalCount(),
        micros.getValueAtPercentile(50) / 1e3,
        micros.getValueAtPercentile(90) / 1e3,
        micros.getValueAtPercentile(99) / 1e3,
        micros.getValueAtPercentile(99.9) / 1e3,
        micros.getMaxValue() / 1e3);
  }

  static <T> Percentiles of(Iterable<T> all, ToLongFunction<T> value) {
    Histogram values = new Histogram(3);
    all.forEach(it -> values.recordValue(value.applyAsLong(it)));
    return new Percentiles(
        values.getTotalCount(),
        values.getValueAtPercentile(50),
        values.getValueAtPercentile(90),
        values.getValueAtPercentile(99),
        values.getValueAtPercentile(99.9),
        values.getMaxValue());
  }

  /** As {@code [1.2, 3.4, …] ms}, from the median to the maximum. */
  String text(String unit) {
    double[] all = {p50, p90, p99, p999, max};
    return Arrays.stream(all).mapToObj("%,.1f"::formatted).toList() + " " + unit;
  }
}
