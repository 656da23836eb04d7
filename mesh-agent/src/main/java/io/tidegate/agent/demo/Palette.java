package io.tidegate.agent.demo;

/** How words are set off from each other: by colour, or not at all. */
enum Palette {
  PLAIN,
  COLOR;

  private static final String RESET = "\033[0m";

  String strong(String text) {
    return paint("\033[1m", text);
  }

  String faint(String text) {
    return paint("\033[2m", text);
  }

  /** The state of a task, padded or not. */
  String state(String text) {
    return switch (text.strip()) {
      case "ready" -> paint("\033[32m", text);
      case "draining" -> paint("\033[33m", text);
      default -> paint("\033[31m", text);
    };
  }

  private String paint(String start, String text) {
    return this == PLAIN || text.isBlank() ? text : start + text + RESET;
  }
}
