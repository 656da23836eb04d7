package io.tidegate.routing;

/** How a task learns the address of its client; the label {@code tidegate.client-ip}. */
public enum ClientIp {
  /** It does not: the agent is its client. */
  OFF("off"),
  /** The connection comes from the client's own address and port. */
  TRANSPARENT("transparent"),
  /** A PROXY protocol header of version 1, a line of text, goes first. */
  PROXY_V1("proxy-v1"),
  /** A PROXY protocol header of version 2 goes first. */
  PROXY_V2("proxy-v2");

  private final String word;

  ClientIp(String word) {
    this.word = word;
  }

  /**
   * Parses the value of the label.
   *
   * @throws IllegalArgumentException naming the value and what is allowed
   */
  public static ClientIp parse(String text) {
    for (ClientIp way : values()) {
      if (way.word.equals(text)) {
        return way;
      }
    }
    throw new IllegalArgumentException(
        text + " (expected: off, transparent, proxy-v1 or proxy-v2)");
  }

  /** Whether a PROXY protocol header goes first. */
  public boolean isHeader() {
    return this == PROXY_V1 || this == PROXY_V2;
  }

  @Override
  public String toString() {
    return word;
  }
}
