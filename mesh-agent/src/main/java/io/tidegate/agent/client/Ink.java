package io.tidegate.agent.client;

import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.IStyle;
import picocli.CommandLine.Help.Ansi.Style;

/** How words are set off from each other: by colour on a terminal, elsewhere not at all. */
record Ink(Ansi ansi) {

  String strong(String text) {
    return paint(text, Style.bold);
  }

  String faint(String text) {
    return paint(text, Style.faint);
  }

  String good(String text) {
    return paint(text, Style.fg_green);
  }

  String bad(String text) {
    return paint(text, Style.fg_red);
  }

  /** The state of a task, padded or not. */
  String state(String text) {
    return switch (text.strip()) {
      case "ready" -> good(text);
      case "draining", "doubted", "unwell" -> paint(text, Style.fg_yellow);
      case "ejected", "unreachable" -> bad(text);
      default -> text;
    };
  }

  private String paint(String text, IStyle style) {
    return ansi.enabled() && !text.isBlank() ? style.on() + text + style.off() : text;
  }
}
