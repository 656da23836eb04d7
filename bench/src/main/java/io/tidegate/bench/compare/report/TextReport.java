package io.tidegate.bench.compare.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The results for a terminal. */
public final class TextReport {

  private final Results results;
  private final List<String> peers;
  private final List<Bar> bars;

  /**
   * Ready to render.
   *
   * @param peers whose values the others are divided by
   */
  public TextReport(Results results, List<String> peers, List<Bar> bars) {
    this.results = results;
    this.peers = List.copyOf(peers);
    this.bars = List.copyOf(bars);
  }

  public String render() {
    return facts() + figures() + verdicts() + problems();
  }

  private String facts() {
    TextTable table = new TextTable();
    results.facts().forEach((name, value) -> table.addText("%-14s %s".formatted(name, value)));
    return table.render();
  }

  private String figures() {
    TextTable table = new TextTable();
    Figure.Group group = null;
    for (Figure figure : results.shownFigures()) {
      if (figure.group() != group) {
        group = figure.group();
        table.addText("");
        table.add(heading(group));
      }
      table.addText(" " + figure.title());
      results.rows(figure).forEach(contender -> table.add(row(figure, contender)));
    }
    return table.render();
  }

  private List<String> heading(Figure.Group group) {
    List<String> cells = new ArrayList<>();
    cells.add(group.title() + ", " + group.unit());
    cells.addAll(List.of("median", "range"));
    peers.forEach(peer -> cells.add("× " + peer));
    return cells;
  }

  private List<String> row(Figure figure, String contender) {
    List<String> cells = new ArrayList<>();
    cells.add("   " + contender);
    results
        .summary(figure.id(), contender)
        .ifPresentOrElse(
            summary -> {
              cells.add(Numbers.shortened(summary.median()));
              cells.add(Numbers.range(summary));
              peers.forEach(peer -> cells.add(ratio(figure, contender, peer)));
            },
            () -> cells.add(absence(figure, contender)));
    return cells;
  }

  private String ratio(Figure figure, String contender, String peer) {
    return results.ratio(figure.id(), contender, peer).map(Numbers::ratio).orElse("–");
  }

  private String absence(Figure figure, String contender) {
    return results
        .problem(figure.id(), contender)
        .filter(problem -> problem.kind() == Problem.Kind.FAILED)
        .map(_ -> "FAILED")
        .orElse("–");
  }

  private String verdicts() {
    TextTable table = new TextTable();
    table.addText("");
    table.addText("Bars");
    for (Bar bar : bars) {
      if (results.contenders().contains(bar.contender())
          && results.figures().stream().anyMatch(figure -> figure.id().equals(bar.figure()))) {
        table.add(verdict(bar.judge(results)));
      }
    }
    return table.render();
  }

  private List<String> verdict(Bar.Verdict verdict) {
    return List.of(
        "  " + verdict.bar().contender(),
        verdict.bar().figure(),
        verdict.isMet() ? "pass" : verdict.isKnown() ? "MISS" : "?",
        verdict.value().map(Numbers::shortened).orElse("–"),
        "≤ " + verdict.limit().map(Numbers::shortened).orElse("–"),
        verdict.describeLimit());
  }

  private String problems() {
    return problems("FAILED: the traffic did not arrive as it was sent", Problem.Kind.FAILED)
        + problems("Not measured", Problem.Kind.SKIPPED);
  }

  private String problems(String title, Problem.Kind kind) {
    Map<String, List<String>> figuresByReason = new LinkedHashMap<>();
    for (Problem problem : results.problems()) {
      if (problem.kind() == kind) {
        String reason = problem.contender() + ": " + problem.reason();
        figuresByReason.computeIfAbsent(reason, _ -> new ArrayList<>()).add(problem.figure());
      }
    }
    StringBuilder text = new StringBuilder(figuresByReason.isEmpty() ? "" : "\n" + title + "\n");
    figuresByReason.forEach(
        (reason, figures) ->
            text.append("  %s (%s)\n".formatted(reason, String.join(", ", figures))));
    return text.toString();
  }
}
