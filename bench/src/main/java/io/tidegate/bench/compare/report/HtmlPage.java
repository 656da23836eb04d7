package io.tidegate.bench.compare.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The results for a browser: one page that needs nothing else. */
public final class HtmlPage {

  private static final String STYLE =
      """
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1000px;
        padding: 0 1rem; color: #1b2733; background: #fff; }
      h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
      .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(460px, 1fr));
        gap: 1.4rem 2rem; }
      svg { max-width: 100%; height: auto; } svg text { font-size: 12px; fill: #1b2733; }
      svg .title { font-weight: 600; } svg .none { fill: #8a97a5; }
      svg .own { fill: #1277c4; } svg .peer { fill: #b9c4d0; }
      svg line { stroke: #1b2733; stroke-width: 1.5; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
      td, th { padding: .15rem .9rem .15rem 0; text-align: left; vertical-align: top; }
      td.number { text-align: right; } .met { color: #11803f; } .missed { color: #b3261e; }
      th { font-weight: 600; } .facts th { color: #5a6b7b; font-weight: 400; white-space: nowrap; }
      @media (prefers-color-scheme: dark) {
        body { background: #12181f; color: #dfe6ee; } svg text { fill: #dfe6ee; }
        svg .peer { fill: #4a5866; } svg .own { fill: #4aa5ea; } svg line { stroke: #dfe6ee; }
        .met { color: #5fd08a; } .missed { color: #ff8a80; } }
      """;

  private final Results results;
  private final String own;
  private final List<Bar> bars;

  private HtmlPage(Results results, String own, List<Bar> bars) {
    this.results = results;
    this.own = own;
    this.bars = bars;
  }

  public static void write(Path file, Results results, String own, List<Bar> bars)
      throws IOException {
    Files.writeString(file, new HtmlPage(results, own, bars).render());
  }

  static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private String render() {
    StringBuilder page = new StringBuilder();
    page.append("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n");
    page.append("<title>Tidegate beside its peers</title>\n<style>\n").append(STYLE);
    page.append("</style>\n<h1>Tidegate beside its peers</h1>\n");
    page.append("<p>Less is better everywhere. Bars are medians, lines reach from the lowest");
    page.append(" round to the highest.</p>\n");
    appendCharts(page);
    appendVerdicts(page);
    appendProblems(page);
    appendFacts(page);
    return page.append("</html>\n").toString();
  }

  private void appendCharts(StringBuilder page) {
    for (Figure.Group group : Figure.Group.values()) {
      List<Figure> figures =
          results.shownFigures().stream().filter(figure -> figure.group() == group).toList();
      if (figures.isEmpty()) {
        continue;
      }
      page.append("<h2>").append(escape(group.title())).append("</h2>\n<div class=\"charts\">\n");
      figures.forEach(figure -> page.append(new BarChart(results, figure, own).render()));
      page.append("</div>\n");
    }
  }

  private void appendVerdicts(StringBuilder page) {
    page.append("<h2>Bars</h2>\n<table>\n");
    for (Bar bar : bars) {
      Bar.Verdict verdict = bar.judge(results);
      if (!verdict.isKnown()) {
        continue;
      }
      page.append("<tr><td class=\"%s\">%s</td>".formatted(mark(verdict), mark(verdict)));
      page.append("<td>").append(escape(bar.contender())).append("</td>");
      page.append("<td>").append(escape(bar.figure())).append("</td>");
      page.append(number(verdict.value().map(Numbers::shortened).orElse("")));
      page.append(number("≤ " + verdict.limit().map(Numbers::shortened).orElse("")));
      page.append("<td>").append(escape(verdict.describeLimit())).append("</td></tr>\n");
    }
    page.append("</table>\n");
  }

  private static String mark(Bar.Verdict verdict) {
    return verdict.isMet() ? "met" : "missed";
  }

  private static String number(String text) {
    return "<td class=\"number\">" + escape(text) + "</td>";
  }

  private void appendProblems(StringBuilder page) {
    if (results.problems().isEmpty()) {
      return;
    }
    page.append("<h2>Without a value</h2>\n<table>\n");
    for (Problem problem : results.problems()) {
      page.append(problem.kind() == Problem.Kind.FAILED ? "<tr class=\"missed\">" : "<tr>");
      page.append("<td>").append(escape(problem.contender())).append("</td>");
      page.append("<td>").append(escape(problem.figure())).append("</td>");
      page.append("<td>").append(escape(problem.reason())).append("</td></tr>\n");
    }
    page.append("</table>\n");
  }

  private void appendFacts(StringBuilder page) {
    page.append("<h2>Machine and method</h2>\n<table class=\"facts\">\n");
    results
        .facts()
        .forEach(
            (name, value) ->
                page.append(
                    "<tr><th>%s</th><td>%s</td></tr>\n".formatted(escape(name), escape(value))));
    page.append("</table>\n");
  }
}
