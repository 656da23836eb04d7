package io.tidegate.bench.compare.report;

import java.util.List;
import java.util.Locale;

/**
 * One figure as an SVG picture: a bar to each contender's median, a line from lowest to highest.
 */
final class BarChart {

  private static final int WIDTH = 460;
  private static final int LABEL_WIDTH = 130;
  private static final int VALUE_WIDTH = 60;
  private static final int ROW_HEIGHT = 24;
  private static final int BAR_HEIGHT = 14;
  private static final int TITLE_HEIGHT = 26;

  private final Results results;
  private final Figure figure;
  private final String own;
  private final List<String> rows;
  private final double longest;

  BarChart(Results results, Figure figure, String own) {
    this.results = results;
    this.figure = figure;
    this.own = own;
    rows = results.rows(figure);
    longest =
        rows.stream()
            .flatMap(contender -> results.summary(figure.id(), contender).stream())
            .mapToDouble(Summary::max)
            .max()
            .orElse(1);
  }

  String render() {
    int height = TITLE_HEIGHT + rows.size() * ROW_HEIGHT + 6;
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n"
            .formatted(WIDTH, height, WIDTH, height));
    svg.append(text(0, 16, "title", "start", figure.title() + ", " + figure.unit()));
    for (int i = 0; i < rows.size(); i++) {
      svg.append(row(rows.get(i), TITLE_HEIGHT + i * ROW_HEIGHT));
    }
    return svg.append("</svg>\n").toString();
  }

  private String row(String contender, int top) {
    int baseline = top + BAR_HEIGHT - 2;
    String label = text(LABEL_WIDTH - 8, baseline, "label", "end", contender);
    return label
        + results
            .summary(figure.id(), contender)
            .map(summary -> bar(contender, summary, top))
            .orElseGet(() -> text(LABEL_WIDTH, baseline, "none", "start", reason(contender)));
  }

  private String bar(String contender, Summary summary, int top) {
    double start = LABEL_WIDTH;
    double middle = top + BAR_HEIGHT / 2.0;
    String kind = contender.startsWith(own) ? "own" : "peer";
    return svg(
            "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n",
            kind, start, top, length(summary.median()), BAR_HEIGHT)
        + svg(
            "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
            start + length(summary.min()), start + length(summary.max()), middle, middle)
        + text(WIDTH, top + BAR_HEIGHT - 2, "value", "end", Numbers.shortened(summary.median()));
  }

  private double length(double value) {
    return Math.max(0, value) / Math.max(longest, 1e-12) * (WIDTH - LABEL_WIDTH - VALUE_WIDTH);
  }

  private String reason(String contender) {
    return results
        .problem(figure.id(), contender)
        .map(problem -> problem.kind() == Problem.Kind.FAILED ? "FAILED" : problem.reason())
        .orElse("");
  }

  private static String text(int x, int y, String kind, String anchor, String text) {
    return svg(
        "<text class=\"%s\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>\n",
        kind, x, y, anchor, HtmlPage.escape(text));
  }

  @SuppressWarnings("AnnotateFormatMethod") // only called with literals, a few lines above
  private static String svg(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
