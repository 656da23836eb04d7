package io.tidegate.agent.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A dashboard as lines of text for a terminal of a given size. Lines that do not fit are left out,
 * the least important first, and no line is longer than the terminal is wide.
 */
final class DashboardText {

  /** Enough for everything. */
  static final int ANY_HEIGHT = Integer.MAX_VALUE;

  // Where there is no room for all, the table goes before the notes, but for the first few of them.
  private static final int LEAST_NOTES = 3;
  private static final int LEAST_TABLE = 4;

  private final int width;
  private final int height;
  private final Palette palette;
  private final Hints hints;

  /**
   * What never changes while the demo runs.
   *
   * @param tryIt what to type to see it at work
   * @param metrics where the metrics are
   */
  record Hints(String tryIt, String metrics) {}

  DashboardText(int width, int height, Palette palette, Hints hints) {
    this.width = width;
    this.height = height;
    this.palette = palette;
    this.hints = hints;
  }

  List<String> lines(Dashboard dashboard) {
    List<String> table = tables(dashboard);
    List<String> notes = notes(dashboard);
    int room = Math.max(height - 1, 0);
    boolean isAiry = room >= table.size() + notes.size() + 2;
    List<String> shown =
        shortened(table, Math.min(room, Math.max(room - LEAST_NOTES, LEAST_TABLE)));
    List<String> lines = new ArrayList<>();
    lines.add(palette.strong(TaskTable.clip(title(dashboard), width)));
    if (isAiry) {
      lines.add("");
    }
    lines.addAll(shown);
    if (isAiry) {
      lines.add("");
    }
    lines.addAll(notes.subList(0, Math.min(notes.size(), room - shown.size())));
    return lines;
  }

  /** Published ports, and behind an empty line virtual addresses. */
  private List<String> tables(Dashboard dashboard) {
    List<String> lines = new ArrayList<>(new TaskTable(width, palette).lines(dashboard.routes()));
    if (!dashboard.virtual().isEmpty()) {
      lines.add("");
      lines.addAll(new TaskTable(width, palette, "VIRTUAL IP").lines(dashboard.virtual()));
    }
    return lines;
  }

  private static String title(Dashboard dashboard) {
    return "Tidegate demo " + clock(dashboard.elapsed()) + "  a small Swarm inside this process";
  }

  private List<String> shortened(List<String> table, int room) {
    if (table.size() <= room || room == 0) {
      return table.subList(0, Math.min(table.size(), room));
    }
    List<String> lines = new ArrayList<>(table.subList(0, room - 1));
    int more = table.size() - lines.size();
    lines.add(TaskTable.clip("... " + more + (more == 1 ? " more line" : " more lines"), width));
    return lines;
  }

  private List<String> notes(Dashboard dashboard) {
    List<String> notes = new ArrayList<>();
    note(notes, "try", hints.tryIt());
    note(
        notes,
        "clients",
        "%s requests answered, %s failed"
            .formatted(TaskTable.count(dashboard.answered()), TaskTable.count(dashboard.failed())));
    note(notes, "next", next(dashboard));
    List<DemoView.Event> events = dashboard.view().events();
    for (DemoView.Event event : events.reversed().stream().limit(3).toList()) {
      note(notes, clock(event.at()), event.text());
    }
    note(notes, "metrics", hints.metrics());
    return notes;
  }

  private static String next(Dashboard dashboard) {
    long seconds = Math.max(dashboard.view().nextAt().minus(dashboard.elapsed()).toSeconds(), 0);
    return dashboard.view().next() + ", in " + seconds + " s";
  }

  private void note(List<String> notes, String label, String text) {
    String line = "%-8s %s".formatted(label, text);
    if (line.length() > width) {
      notes.add(TaskTable.clip(line, width));
    } else {
      notes.add(palette.faint(label) + line.substring(label.length()));
    }
  }

  static String clock(Duration elapsed) {
    return String.format(Locale.ROOT, "%d:%02d", elapsed.toMinutes(), elapsed.toSecondsPart());
  }
}
