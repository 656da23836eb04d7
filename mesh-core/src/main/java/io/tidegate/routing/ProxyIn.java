package io.tidegate.routing;

/** Whether clients begin with a PROXY protocol header that says whose connection it is. */
public enum ProxyIn {
  /** What they send is the task's, whatever it looks like. */
  OFF("off"),
  /** Those that are trusted may. */
  OPTIONAL("optional"),
  /** All must, and only those that are trusted may come. */
  REQUIRED("required");

  private final String word;

  ProxyIn(String word) {
    this.word = word;
  }

  /**
   * Parses {@code off}, {@code optional} or {@code required}.
   *
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  public static ProxyIn parse(String text) {
    for (ProxyIn mode : values()) {
      if (mode.word.equals(text)) {
        return mode;
      }
    }
    throw new IllegalArgumentException(text + " (expected: off, optional or required)");
  }

  @Override
  public String toString() {
    return word;
  }
}
