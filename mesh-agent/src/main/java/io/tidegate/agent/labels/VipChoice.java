package io.tidegate.agent.labels;

import java.util.Locale;

/** What a service wants for its virtual addresses. */
public enum VipChoice {
  /** What the agent thinks best. */
  AUTO,
  /** To have them served. */
  ON,
  /** To have them left to Docker. */
  OFF;

  /**
   * Reads one of the words.
   *
   * @throws IllegalArgumentException naming the word and what is allowed
   */
  static VipChoice parse(String text) {
    for (VipChoice choice : values()) {
      if (choice.toString().equals(text)) {
        return choice;
      }
    }
    throw new IllegalArgumentException(text + " (expected: auto, on or off)");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
