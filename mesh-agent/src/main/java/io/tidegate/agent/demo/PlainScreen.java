package io.tidegate.agent.demo;

import java.io.PrintStream;
import java.time.Duration;

/** Writes lines and never takes one back: for pipes, files and terminals that cannot do more. */
final class PlainScreen implements Screen {

  private static final Duration TABLE_EVERY = Duration.ofSeconds(5);
  private static final int WIDTH = 100;

  private final PrintStream out;
  private final DashboardText.Hints hints;
  private long lastEvent;
  private Duration nextTable = Duration.ofSeconds(1);

  PlainScreen(PrintStream out, DashboardText.Hints hints) {
    this.out = out;
    this.hints = hints;
  }

  @Override
  public boolean show(Dashboard dashboard) {
    for (DemoView.Event event : dashboard.view().events()) {
      if (event.number() > lastEvent) {
        lastEvent = event.number();
        out.println(DashboardText.clock(event.at()) + "  " + event.text());
      }
    }
    if (dashboard.elapsed().compareTo(nextTable) >= 0) {
      nextTable = nextTable.plus(TABLE_EVERY);
      out.println();
      new DashboardText(WIDTH, DashboardText.ANY_HEIGHT, Palette.PLAIN, hints)
          .lines(dashboard)
          .forEach(out::println);
      out.println();
    }
    return !out.checkError();
  }

  @Override
  public void close() {}
}
