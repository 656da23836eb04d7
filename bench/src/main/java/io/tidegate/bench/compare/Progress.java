package io.tidegate.bench.compare;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Says on the terminal what is being done; on one line where lines can be written over. */
final class Progress {

  private static final String CLEAR_LINE = "\r\033[K";

  private final PrintStream out;
  private final boolean live;
  private final long startNanos = System.nanoTime();
  private Duration estimate = Duration.ZERO;
  private String turn = "";

  Progress(PrintStream out, boolean live) {
    this.out = out;
    this.live = live;
  }

  void estimate(Duration total) {
    estimate = total;
  }

  /** Whose turn it is: always worth a line. */
  void turn(String text) {
    turn = text;
    if (live) {
      step("");
    } else {
      out.println(clock() + "  " + text);
    }
  }

  /** What happens in a turn: shown where it can be written over. */
  void step(String text) {
    if (live) {
      out.print(CLEAR_LINE + clock() + "  " + turn + "  " + text);
      out.flush();
    }
  }

  /** Something to keep. */
  void say(String text) {
    out.println((live ? CLEAR_LINE : "") + text);
  }

  void done() {
    if (live) {
      out.print(CLEAR_LINE);
      out.flush();
    }
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  private String clock() {
    return "[%s of about %s]".formatted(minutes(elapsed()), minutes(estimate));
  }

  static String minutes(Duration time) {
    return String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
  }
}
