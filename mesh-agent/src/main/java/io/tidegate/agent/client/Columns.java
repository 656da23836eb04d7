package io.tidegate.agent.client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A table as lines of text, each column as wide as it needs, all together within a limit. */
final class Columns {

  /** The widest that any output gets. */
  static final int WIDTH = 120;

  private static final String GAP = "  ";

  /** What stands in a column. */
  enum Kind {
    TEXT,
    NUMBER,
    STATE
  }

  /** One column. */
  record Column(String title, Kind kind) {

    static Column text(String title) {
      return new Column(title, Kind.TEXT);
    }

    static Column number(String title) {
      return new Column(title, Kind.NUMBER);
    }

    static Column state(String title) {
      return new Column(title, Kind.STATE);
    }
  }

  private final List<Column> columns;
  private final List<String[]> rows = new ArrayList<>();

  Columns(Column... columns) {
    this.columns = List.of(columns);
  }

  /** One cell for each column. */
  void add(String... cells) {
    rows.add(cells.clone());
  }

  /** The titles, and one line for each row. */
  List<String> lines(Ink ink) {
    int[] widths = widths();
    List<String> lines = new ArrayList<>();
    String[] titles = columns.stream().map(Column::title).toArray(String[]::new);
    lines.add(ink.strong(line(titles, widths, null).stripTrailing()));
    rows.forEach(row -> lines.add(line(row, widths, ink)));
    return lines;
  }

  /** The text, or its beginning where it is too long. */
  static String cut(String text, int width) {
    return text.length() <= width ? text : text.substring(0, width - 1) + "…";
  }

  private int[] widths() {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = columns.get(i).title().length();
      for (String[] row : rows) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    int room = WIDTH - GAP.length() * (widths.length - 1);
    while (Arrays.stream(widths).sum() > room) {
      widths[widestText(widths)]--;
    }
    return widths;
  }

  private int widestText(int[] widths) {
    int widest = 0;
    for (int i = 1; i < widths.length; i++) {
      if (columns.get(i).kind() == Kind.TEXT && widths[i] > widths[widest]) {
        widest = i;
      }
    }
    return widest;
  }

  private String line(String[] cells, int[] widths, @Nullable Ink ink) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = cut(cells[i], widths[i]);
      String spaces = " ".repeat(widths[i] - cell.length());
      Kind kind = columns.get(i).kind();
      line.append(i == 0 ? "" : GAP).append(kind == Kind.NUMBER ? spaces : "");
      line.append(kind == Kind.STATE && ink != null ? ink.state(cell) : cell);
      line.append(kind == Kind.NUMBER ? "" : spaces);
    }
    return line.toString();
  }
}
