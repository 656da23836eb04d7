package io.tidegate.routing;

import java.nio.charset.StandardCharsets;

/** How a task learns the address of its client; the label {@code tidegate.client-ip}. */
public enum ClientIp {
  /** It does not: the agent is its client. */
  OFF("off", ""),
  /** The connection comes from the client's own address and port. */
  TRANSPARENT("transparent", ""),
  /** A PROXY protocol header of version 1, a line of text, goes first. */
  PROXY_V1("proxy-v1", "PROXY UNKNOWN\r\n"),
  /** A PROXY protocol header of version 2 goes first. */
  PROXY_V2("proxy-v2", "\r\n\r\n\0\r\nQUIT\n\40\0\0\0");

  private final String word;
  private final String own;

  ClientIp(String word, String own) {
    this.word = word;
    this.own = own;
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

  /**
   * The header of a connection that is the agent's own and no client's, as of a health check.
   *
   * @return empty where none goes first
   */
  public byte[] ownHeader(Protocol protocol) {
    boolean isNone = this == PROXY_V1 && protocol == Protocol.UDP;
    return (isNone ? "" : own).getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public String toString() {
    return word;
  }
}
