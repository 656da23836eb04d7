package io.tidegate.bench.compare.report;

import java.util.Arrays;

/** What several rounds have in common. */
public record Summary(double median, double min, double max, int rounds) {

  /**
   * Sums up one value or more.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Summary of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("values: none (expected: one or more)");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Summary(median, sorted[0], sorted[sorted.length - 1], sorted.length);
  }
}
