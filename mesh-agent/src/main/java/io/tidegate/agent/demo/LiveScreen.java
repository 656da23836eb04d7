package io.tidegate.agent.demo;

import java.io.PrintStream;
import java.util.List;

/** Draws over the same lines of a terminal again and again, at whatever size it has now. */
final class LiveScreen implements Screen {

  private static final String HIDE_CURSOR = "\033[?25l";
  private static final String SHOW_CURSOR = "\033[?25h";
  private static final String CLEAR = "\033[2J\033[H";
  private static final String CLEAR_LINE_END = "\033[K";
  private static final String CLEAR_BELOW = "\033[J";

  private final PrintStream out;
  private final Palette palette;
  private final DashboardText.Hints hints;
  private int drawnLines;
  private Terminal.Size drawnSize;

  LiveScreen(PrintStream out, Terminal.Size size, Palette palette, DashboardText.Hints hints) {
    this.out = out;
    this.palette = palette;
    this.hints = hints;
    drawnSize = size;
  }

  @Override
  public boolean show(Dashboard dashboard) {
    Terminal.Size now = Terminal.size();
    Terminal.Size size = now == null ? drawnSize : now;
    draw(lines(dashboard, size), size);
    return !out.checkError();
  }

  private List<String> lines(Dashboard dashboard, Terminal.Size size) {
    // The last line is the cursor's.
    return new DashboardText(size.columns(), size.rows() - 1, palette, hints).lines(dashboard);
  }

  private void draw(List<String> lines, Terminal.Size size) {
    StringBuilder text = new StringBuilder(HIDE_CURSOR);
    if (!size.equals(drawnSize)) {
      // Lines may have been wrapped anew: nobody knows where they are now.
      text.append(CLEAR);
    } else if (drawnLines > 0) {
      text.append("\r\033[").append(drawnLines).append('A');
    }
    lines.forEach(line -> text.append(line).append(CLEAR_LINE_END).append("\r\n"));
    text.append(CLEAR_BELOW);
    drawnLines = lines.size();
    drawnSize = size;
    out.print(text);
  }

  @Override
  public void close() {
    // Over the ^C that the terminal may have echoed.
    out.print("\r" + CLEAR_LINE_END + SHOW_CURSOR);
    out.flush();
  }
}
