package io.tidegate.agent.labels;

import java.util.Locale;

/** Whether virtual addresses are to be served, as a service or the agent is told. */
public enum VipChoice {
  /** A service as the agent is told, the agent where the kernel makes Docker unable to. */
  AUTO,
  /** They are. */
  ON,
  /** They are left to Docker. */
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
