package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Faults under load. Those that are quick run each time; {@code deploy/lab/chaos} runs all, or
 * those that are named, several times, and writes the report.
 */
@Timeout(1_800)
class ChaosIT extends AgentScenarios {

  private static final String ONLY = System.getProperty("chaos.only", "");
  private static final int RUNS = Integer.getInteger("chaos.runs", 1);
  private static final String JSON = System.getProperty("chaos.json", "");
  private static final String HTML = System.getProperty("chaos.html", "");
  private static final String MARKDOWN = System.getProperty("chaos.markdown", "");
  private static final double AFTER_SECONDS = 2;

  private final List<ChaosResult> results = new ArrayList<>();

  static Stream<ChaosRow> rows() {
    List<String> wanted = Arrays.asList(ONLY.split(",", -1));
    List<String> known = ChaosRows.ALL.stream().map(ChaosRow::name).toList();
    for (String name : wanted) {
      if (!name.isEmpty() && !name.equals("all") && !known.contains(name)) {
        throw new IllegalArgumentException(
            "--only: %s (expected: all or some of %s)".formatted(name, known));
      }
    }
    return ChaosRows.ALL.stream()
        .filter(
            row ->
                ONLY.isEmpty()
                    ? row.inCi()
                    : wanted.contains("all") || wanted.contains(row.name()));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void clientsDoNotNotice(ChaosRow row) throws Exception {
    List<ChaosResult> runs = new ArrayList<>();
    for (int run = 1; run <= RUNS; run++) {
      Swarm.removeAll();
      ChaosResult result = run(row, run);
      report("%s", ChaosReport.line(result));
      runs.add(result);
      results.add(result);
    }
    assertThat(runs)
        .as(row.bar())
        .allSatisfy(result -> assertThat(result.isMet()).as("%s", result.failures()).isTrue());
  }

  private ChaosResult run(ChaosRow row, int run) throws Exception {
    // An engine that was restarted loses news of tasks for a while: what was before must not count.
    tables.awaitGossip();
    report("%s, run %d of %d: sets up", row.name(), run, RUNS);
    try (ChaosStage stage = new ChaosStage(agents, tables, client)) {
      row.setUp().on(stage);
      return run(row, run, stage);
    }
  }

  private static ChaosResult run(ChaosRow row, int run, ChaosStage stage) throws Exception {
    try (ChaosLoad load = stage.load()) {
      load.goOnFor(row.calmSeconds());
      double begin = load.seconds();
      report("%s: the fault begins after %s", row.name(), load.progress());
      row.fault().on(stage);
      double end = load.seconds();
      load.goOnFor(AFTER_SECONDS);
      return ChaosResult.of(row, run, load.stop(), begin, end);
    }
  }

  @AfterAll
  void writeReport() throws IOException {
    if (!results.isEmpty()) {
      report("%n%s", ChaosReport.table(results));
    }
    if (!JSON.isEmpty()) {
      ChaosReport.writeJson(Path.of(JSON), results);
    }
    if (!MARKDOWN.isEmpty()) {
      ChaosReport.writeMarkdown(Path.of(MARKDOWN), results);
    }
    if (!HTML.isEmpty()) {
      ChaosReport.writePage(Path.of(HTML), results);
    }
  }
}
