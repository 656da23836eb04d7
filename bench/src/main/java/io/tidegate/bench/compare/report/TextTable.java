package io.tidegate.bench.compare.report;

import java.util.ArrayList;
import java.util.List;

/** Lines of cells in columns that are as wide as they must be; the first is left-aligned. */
final class TextTable {

  private static final String GAP = "  ";

  private final List<List<String>> lines = new ArrayList<>();

  void add(List<String> cells) {
    lines.add(List.copyOf(cells));
  }

  /** A line that keeps to no column. */
  void addText(String text) {
    lines.add(List.of(text));
  }

  String render() {
    int[] widths = widths();
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      text.append(line.size() == 1 ? line.getFirst() : aligned(line, widths)).append('\n');
    }
    return text.toString();
  }

  private int[] widths() {
    int columns = lines.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> line : lines) {
      for (int i = 0; i < line.size() && line.size() > 1; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    return widths;
  }

  private static String aligned(List<String> line, int[] widths) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < line.size(); i++) {
      String padding = " ".repeat(widths[i] - line.get(i).length());
      text.append(i == 0 ? line.get(i) + padding : GAP + padding + line.get(i));
    }
    return text.toString().stripTrailing();
  }
}
