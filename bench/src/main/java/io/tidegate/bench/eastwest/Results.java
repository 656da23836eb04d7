package io.tidegate.bench.eastwest;

import io.tidegate.bench.compare.report.Summary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The values of all rounds by figure and way, in the order in which they came. */
final class Results {

  static final String DIRECT = "direct";
  static final String TIDEGATE = "through Tidegate";

  private final Map<String, Map<String, List<Double>>> values = new LinkedHashMap<>();
  private double perSecond;

  /** What one unit of a workload has cost in CPU time. */
  void add(String workload, Way way, Cost cost) {
    addMicros(workload + ": the whole machine, µs", way.name(), cost.machine());
    addMicros(workload + ": client, task and agent, µs", way.name(), cost.all());
    String ofAgent = workload + ": the agent alone, µs";
    values.putIfAbsent(ofAgent, new LinkedHashMap<>());
    if (way.agent() != null) {
      addMicros(ofAgent, way.name(), cost.agent());
    }
  }

  /** Requests per second of all latencies. */
  void rate(double rate) {
    perSecond = rate;
  }

  void addMicros(String percentile, Way way, double micros) {
    addMicros(
        String.format(Locale.ROOT, "%s of requests at %,.0f per second, µs", percentile, perSecond),
        way.name(),
        micros);
  }

  private void addMicros(String figure, String way, double micros) {
    values
        .computeIfAbsent(figure, _ -> new LinkedHashMap<>())
        .computeIfAbsent(way, _ -> new ArrayList<>())
        .add(micros);
  }

  /** A table of medians, with the least and the most. */
  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append("| | ").append(DIRECT).append(" | ").append(TIDEGATE).append(" |\n|---|---|---|\n");
    values.forEach(
        (figure, ways) ->
            text.append("| ")
                .append(figure)
                .append(" | ")
                .append(cell(ways.getOrDefault(DIRECT, List.of())))
                .append(" | ")
                .append(cell(ways.getOrDefault(TIDEGATE, List.of())))
                .append(" |\n"));
    return text.toString();
  }

  private static String cell(List<Double> rounds) {
    if (rounds.isEmpty()) {
      return "–";
    }
    Summary summary = Summary.of(rounds.stream().mapToDouble(Double::doubleValue).toArray());
    return String.format(
        Locale.ROOT, "%.1f (%.1f to %.1f)", summary.median(), summary.min(), summary.max());
  }
}
