package io.tidegate.agent.demo;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The table of tasks as lines of text, narrow enough for a terminal: leaves out columns first, then
 * cuts.
 */
final class TaskTable {

  private static final String GAP = "  ";
  private static final double MICROS_PER_MILLI = 1_000;

  /** The columns from left to right. */
  enum Column {
    SERVICE("SERVICE", false),
    PLACE("PORT", true),
    TASK("TASK", false),
    STATE("STATE", false),
    CONNECTIONS("CONNECTIONS", true),
    REQUESTS("REQUESTS", true),
    P50("CONNECT p50", true),
    P99("CONNECT p99", true);

    private final String title;
    private final boolean isNumber;

    Column(String title, boolean isNumber) {
      this.title = title;
      this.isNumber = isNumber;
    }

    private String pad(String text, int width) {
      String spaces = " ".repeat(Math.max(width - text.length(), 0));
      return isNumber ? spaces + text : text + spaces;
    }
  }

  // What a narrow terminal loses, first to last.
  private static final List<Column> DISPENSABLE =
      List.of(
          Column.P50,
          Column.P99,
          Column.CONNECTIONS,
          Column.SERVICE,
          Column.REQUESTS,
          Column.PLACE);

  private final int width;
  private final Palette palette;
  private final String place;

  TaskTable(int width, Palette palette) {
    this(width, palette, Column.PLACE.title);
  }

  /**
   * One of other places than ports.
   *
   * @param place the title of their column
   */
  TaskTable(int width, Palette palette, String place) {
    this.width = width;
    this.palette = palette;
    this.place = place;
  }

  /** The heading and one line for each task. */
  List<String> lines(List<Dashboard.RouteLine> routes) {
    List<Map<Column, String>> rows = new ArrayList<>();
    routes.forEach(route -> addRows(route, rows));
    Map<Column, Integer> widths = widths(rows);
    Set<Column> shown = fitting(widths);
    List<String> lines = new ArrayList<>();
    lines.add(palette.strong(clip(line(heading(), widths, shown, Palette.PLAIN), width)));
    for (Map<Column, String> row : rows) {
      String plain = line(row, widths, shown, Palette.PLAIN);
      lines.add(plain.length() > width ? clip(plain, width) : line(row, widths, shown, palette));
    }
    return lines;
  }

  /** The text, or as much of it as fits. */
  static String clip(String text, int width) {
    return text.length() <= width ? text : text.substring(0, Math.max(width, 0));
  }

  private static void addRows(Dashboard.RouteLine route, List<Map<Column, String>> rows) {
    Map<Column, String> row = new EnumMap<>(Column.class);
    row.put(Column.SERVICE, route.service());
    row.put(Column.PLACE, route.place());
    if (route.connects() > 0) {
      row.put(Column.P50, millis(route.p50Micros()));
      row.put(Column.P99, millis(route.p99Micros()));
    }
    if (route.problem() != null) {
      row.put(Column.TASK, "-");
      row.put(Column.STATE, "not served: " + route.problem());
    } else if (route.tasks().isEmpty()) {
      row.put(Column.TASK, "-");
      row.put(Column.STATE, "no task");
    }
    for (Dashboard.TaskLine task : route.tasks()) {
      if (row.containsKey(Column.TASK)) {
        rows.add(row);
        row = new EnumMap<>(Column.class);
      }
      row.put(Column.TASK, task.task());
      row.put(Column.STATE, task.state());
      row.put(Column.CONNECTIONS, count(task.active()));
      row.put(Column.REQUESTS, count(task.requests()));
    }
    rows.add(row);
  }

  private Map<Column, String> heading() {
    Map<Column, String> heading = new EnumMap<>(Column.class);
    for (Column column : Column.values()) {
      heading.put(column, column == Column.PLACE ? place : column.title);
    }
    return heading;
  }

  private Map<Column, Integer> widths(List<Map<Column, String>> rows) {
    Map<Column, Integer> widths = new EnumMap<>(Column.class);
    for (Column column : Column.values()) {
      int widest = heading().getOrDefault(column, "").length();
      for (Map<Column, String> row : rows) {
        widest = Math.max(widest, row.getOrDefault(column, "").length());
      }
      widths.put(column, widest);
    }
    return widths;
  }

  private Set<Column> fitting(Map<Column, Integer> widths) {
    Set<Column> shown = EnumSet.allOf(Column.class);
    for (Column column : DISPENSABLE) {
      int needed = shown.stream().mapToInt(c -> widths.getOrDefault(c, 0) + GAP.length()).sum();
      if (needed - GAP.length() <= width) {
        break;
      }
      shown.remove(column);
    }
    return shown;
  }

  private static String line(
      Map<Column, String> row, Map<Column, Integer> widths, Set<Column> shown, Palette palette) {
    StringBuilder line = new StringBuilder();
    for (Column column : shown) {
      String cell = column.pad(row.getOrDefault(column, ""), widths.getOrDefault(column, 0));
      line.append(line.isEmpty() ? "" : GAP);
      line.append(column == Column.STATE ? palette.state(cell) : cell);
    }
    return line.toString().stripTrailing();
  }

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String millis(long micros) {
    return String.format(Locale.ROOT, "%.2f ms", micros / MICROS_PER_MILLI);
  }
}
