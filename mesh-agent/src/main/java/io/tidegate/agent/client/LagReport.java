package io.tidegate.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidegate.agent.client.Columns.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** How long the changes that were seen took, by their source. */
final class LagReport {

  private static final int SIGNIFICANT_DIGITS = 3;
  private static final double MICROS_PER_MILLI = 1e3;
  private static final double[] BOUNDS_MILLIS = {
    0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, Double.MAX_VALUE
  };
  private static final int BAR = 60;

  private final SortedMap<String, Histogram> micros = new TreeMap<>();

  void add(JsonNode change) {
    JsonNode lag = change.path("lagMillis");
    String since = lag.isNumber() ? "written" : "heard";
    double millis = lag.isNumber() ? lag.asDouble() : change.path("sinceHeardMillis").asDouble();
    micros
        .computeIfAbsent(
            change.path("source").asText() + ", since " + since,
            _ -> new Histogram(SIGNIFICANT_DIGITS))
        .recordValue(Math.max(Math.round(millis * MICROS_PER_MILLI), 0));
  }

  /** Percentiles of all, then a picture of each. */
  List<String> lines(Ink ink) {
    Columns table =
        new Columns(
            Column.text("LAG"),
            Column.number("CHANGES"),
            Column.number("p50"),
            Column.number("p90"),
            Column.number("p99"),
            Column.number("MAX"));
    micros.forEach(
        (what, counted) ->
            table.add(
                what,
                Long.toString(counted.getTotalCount()),
                millis(counted.getValueAtPercentile(50)),
                millis(counted.getValueAtPercentile(90)),
                millis(counted.getValueAtPercentile(99)),
                millis(counted.getMaxValue())));
    List<String> lines = new ArrayList<>(table.lines(ink));
    micros.forEach(
        (what, counted) -> {
          lines.add("");
          lines.add(ink.strong(what));
          addBars(lines, counted);
        });
    return lines;
  }

  private static void addBars(List<String> lines, Histogram counted) {
    double above = 0;
    long most = 1;
    List<Long> counts = new ArrayList<>();
    for (double bound : BOUNDS_MILLIS) {
      long count = countBetween(counted, above, bound);
      counts.add(count);
      most = Math.max(most, count);
      above = bound;
    }
    int last = counts.size() - 1;
    while (last > 0 && counts.get(last) == 0) {
      last--;
    }
    for (int i = 0; i <= last; i++) {
      String bar = "#".repeat((int) Math.ceilDiv(counts.get(i) * BAR, most));
      lines.add("%12s  %7d  %s".formatted(bound(BOUNDS_MILLIS[i]), counts.get(i), bar));
    }
  }

  private static long countBetween(Histogram counted, double above, double bound) {
    long count = 0;
    for (var value : counted.recordedValues()) {
      double millis = counted.lowestEquivalentValue(value.getValueIteratedTo()) / MICROS_PER_MILLI;
      if (millis <= bound && (millis > above || above == 0)) {
        count += value.getCountAtValueIteratedTo();
      }
    }
    return count;
  }

  private static String bound(double millis) {
    return millis == Double.MAX_VALUE
        ? "more"
        : String.format(Locale.ROOT, millis < 5 ? "≤ %.1f ms" : "≤ %.0f ms", millis);
  }

  private static String millis(long micros) {
    return Texts.millis(micros / MICROS_PER_MILLI);
  }
}
