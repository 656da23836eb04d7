package io.tidegate.e2e;

import java.util.List;

/** Times in milliseconds, sorted. */
record Distribution(List<Double> millis) {

  private static final double[] BOUNDS_MILLIS = {2, 5, 10, 25, 50, 100, 250, 500, 1_000};

  Distribution {
    millis = millis.stream().sorted().toList();
  }

  double percentile(int percent) {
    return millis.get(Math.min(millis.size() - 1, millis.size() * percent / 100));
  }

  /** One line of figures, and a bar for each range of times. */
  String picture(String title) {
    if (millis.isEmpty()) {
      return title + ": no changes";
    }
    StringBuilder text = new StringBuilder();
    text.append(
        "%s: %d changes, p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms"
            .formatted(
                title,
                millis.size(),
                percentile(50),
                percentile(90),
                percentile(99),
                percentile(100)));
    double above = Double.NEGATIVE_INFINITY;
    for (double bound : BOUNDS_MILLIS) {
      text.append(bar("≤ %.0f ms".formatted(bound), count(above, bound)));
      above = bound;
    }
    return text.append(bar("more", count(above, Double.MAX_VALUE))).toString();
  }

  private long count(double above, double bound) {
    return millis.stream().filter(it -> it > above && it <= bound).count();
  }

  private String bar(String label, long count) {
    int length = (int) Math.ceilDiv(count * 60, millis.size());
    return "%n%12s %6d %s".formatted(label, count, "#".repeat(length));
  }
}
