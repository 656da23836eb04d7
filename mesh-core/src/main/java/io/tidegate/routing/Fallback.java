package io.tidegate.routing;

/**
 * What becomes of a client whose task cannot see its own address although its service asks for
 * that; the label {@code tidegate.client-ip.fallback}.
 */
public enum Fallback {
  /** The agent is its task's client. */
  OFF("off", ClientIp.OFF),
  /** The same, and a PROXY protocol header of version 1 goes first. */
  PROXY_V1("proxy-v1", ClientIp.PROXY_V1),
  /** The same with one of version 2. */
  PROXY_V2("proxy-v2", ClientIp.PROXY_V2),
  /** It is reset, or its datagrams are dropped. */
  REFUSE("refuse", ClientIp.OFF);

  private final String word;
  private final ClientIp told;

  Fallback(String word, ClientIp told) {
    this.word = word;
    this.told = told;
  }

  /**
   * Parses the value of the label.
   *
   * @throws IllegalArgumentException naming the value and what is allowed
   */
  public static Fallback parse(String text) {
    for (Fallback fallback : values()) {
      if (fallback.word.equals(text)) {
        return fallback;
      }
    }
    throw new IllegalArgumentException(text + " (expected: off, proxy-v1, proxy-v2 or refuse)");
  }

  /** How the task learns the client's address then. */
  public ClientIp told() {
    return told;
  }

  @Override
  public String toString() {
    return word;
  }
}
