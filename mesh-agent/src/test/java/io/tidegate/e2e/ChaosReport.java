package io.tidegate.e2e;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The results of chaos for people and for programs: a table, JSON, a page. */
final class ChaosReport {

  private static final String STYLE =
      """
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1000px;
        padding: 0 1rem; color: #1b2733; background: #fff; }
      h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.05rem; margin: 1.6rem 0 0; }
      p { margin: .1rem 0 .4rem; color: #5a6b7b; } svg { width: 100%; height: 90px; }
      .time { fill: #b9c4d0; } .failed { fill: #b3261e; } .fault { fill: #f4ead0; }
      .met { color: #11803f; } .missed { color: #b3261e; }
      @media (prefers-color-scheme: dark) { body { background: #12181f; color: #dfe6ee; }
        .time { fill: #4a5866; } .failed { fill: #ff8a80; } .fault { fill: #3a3520; }
        .met { color: #5fd08a; } .missed { color: #ff8a80; } }
      """;

  private static final double HEIGHT = 80;

  private ChaosReport() {}

  /** One line of the table. */
  static String line(ChaosResult result) {
    return String.format(
        Locale.ROOT,
        "%-24s %3d %8d %7d %9.0f ms %8.1f ms %8.1f ms %9.0f ms  %-6s  %s",
        result.fault(),
        result.run(),
        result.sent(),
        result.failed(),
        result.longestGapMillis(),
        result.usualP99Millis(),
        result.p99Millis(),
        result.recoveryMillis(),
        result.isMet() ? "met" : "MISSED",
        result.bar());
  }

  static String table(List<ChaosResult> results) {
    String head =
        String.format(
            Locale.ROOT,
            "%-24s %3s %8s %7s %12s %11s %11s %12s  %-6s  %s",
            "FAULT",
            "RUN",
            "SENT",
            "FAILED",
            "LONGEST GAP",
            "USUAL P99",
            "P99",
            "RECOVERY",
            "BAR",
            "WHAT IT IS");
    return head + results.stream().map(r -> "\n" + line(r)).collect(Collectors.joining());
  }

  /** One row for each fault, over all of its runs. */
  static void writeMarkdown(Path file, List<ChaosResult> results) throws IOException {
    Map<String, List<ChaosResult>> byFault =
        results.stream()
            .collect(
                Collectors.groupingBy(ChaosResult::fault, LinkedHashMap::new, Collectors.toList()));
    String rows = byFault.values().stream().map(ChaosReport::row).collect(Collectors.joining());
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(
        file,
        """
        # Reliability

        <!-- Generated: deploy/lab/chaos --markdown docs/reliability.md -->

        What clients notice of faults and of changes, on a real Swarm of %d nodes on one machine
        (`deploy/lab/swarm-lab up`, then `deploy/lab/chaos`). %d requests a second go to all nodes in turn, each at
        its time whether or not earlier ones were answered; every second one has a connection of its own, the others
        go over connections that are kept, as an HTTP client does it that repeats a request once if its kept
        connection was closed without an answer. Nodes, tasks, agents and clients share two cores, so times are longer
        than on machines of their own.

        | fault | bar | runs that met it | requests | failed | longest gap, ms | p99 before, ms | p99 during, ms | recovery, ms |
        |---|---|---|---|---|---|---|---|---|
        %s
        Requests and failed ones are sums over the runs, the longest gap and the recovery are the worst of them, p99 is
        the median. The longest gap is the longest time in which no request at all succeeded; p99 counts from when a
        request was due, and before the fault only the last two thirds of that time are looked at; recovery is from the
        beginning of the fault to the last request that failed or took more than half a second.
        """
            .formatted(Lab.nodes().size(), ChaosLoad.REQUESTS_PER_SECOND, rows));
  }

  private static String row(List<ChaosResult> runs) {
    ChaosResult first = runs.getFirst();
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d of %d | %d | %d | %.0f | %.1f | %.1f | %.0f |%n",
        first.fault(),
        first.bar(),
        runs.stream().filter(ChaosResult::isMet).count(),
        runs.size(),
        runs.stream().mapToInt(ChaosResult::sent).sum(),
        runs.stream().mapToInt(ChaosResult::failed).sum(),
        runs.stream().mapToDouble(ChaosResult::longestGapMillis).max().orElse(0),
        median(runs, ChaosResult::usualP99Millis),
        median(runs, ChaosResult::p99Millis),
        runs.stream().mapToDouble(ChaosResult::recoveryMillis).max().orElse(0));
  }

  private static double median(List<ChaosResult> runs, ToDoubleFunction<ChaosResult> figure) {
    return runs.stream().mapToDouble(figure).sorted().skip(runs.size() / 2).findFirst().orElse(0);
  }

  static void writeJson(Path file, List<ChaosResult> results) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(file.toFile(), results);
  }

  static void writePage(Path file, List<ChaosResult> results) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, page(results));
  }

  private static String page(List<ChaosResult> results) {
    return """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <title>Tidegate: faults under load</title>
        <style>
        %s</style>
        <h1>Faults under load</h1>
        <p>%d requests a second over all nodes, half of them on new connections. Each bar is a tenth of
        a second: how long its slowest request took, on a scale of decades from 1 ms to 10 s; red where
        requests failed. The fault lasts as long as the ground is yellow.</p>
        %s"""
        .formatted(
            STYLE,
            ChaosLoad.REQUESTS_PER_SECOND,
            results.stream().map(ChaosReport::chart).collect(Collectors.joining()));
  }

  private static String chart(ChaosResult result) {
    double width = result.slices().isEmpty() ? 1 : result.slices().getLast().atSeconds() + 0.1;
    StringBuilder bars = new StringBuilder();
    for (ChaosResult.Slice slice : result.slices()) {
      double height =
          Math.clamp(HEIGHT * (Math.log10(Math.max(slice.longestMillis(), 1)) / 4), 1, HEIGHT);
      bars.append(
          String.format(
              Locale.ROOT,
              "<rect class=\"%s\" x=\"%.2f\" y=\"%.1f\" width=\"0.09\" height=\"%.1f\"/>",
              slice.failed() > 0 ? "failed" : "time",
              slice.atSeconds(),
              HEIGHT - height,
              height));
    }
    return String.format(
        Locale.ROOT,
        """
        <h2>%s, run %d: <span class="%s">%s</span></h2>
        <p>%s. %d requests, %d failed, longest gap %.0f ms, p99 %.1f ms after %.1f ms before, recovered after %.0f ms</p>
        <svg viewBox="0 0 %.1f %.0f" preserveAspectRatio="none">
        <rect class="fault" x="%.2f" y="0" width="%.2f" height="%.0f"/>%s</svg>
        """,
        result.fault(),
        result.run(),
        result.isMet() ? "met" : "missed",
        result.isMet() ? "met" : "missed",
        result.bar().replace("<", "&lt;"),
        result.sent(),
        result.failed(),
        result.longestGapMillis(),
        result.p99Millis(),
        result.usualP99Millis(),
        result.recoveryMillis(),
        width,
        HEIGHT,
        result.faultBeginsSeconds(),
        result.faultSeconds(),
        HEIGHT,
        bars);
  }
}
