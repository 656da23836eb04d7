package io.tidegate.metrics;

import java.util.Locale;

/** What became of the PROXY protocol header that a client was to begin with, or might. */
public enum ProxyHeaderResult {
  /** It said whose connection it is. */
  READ,
  /** It said nothing of that: the connection is the proxy's own, as of its health check. */
  LOCAL,
  /** There was none, and there need not be: what came are the client's own bytes, or nothing. */
  NONE,
  /** The client's address is none of those that are trusted; it got a reset. */
  UNTRUSTED,
  /** What came is no header, or a wrong one; the client got a reset. */
  MALFORMED,
  /** It was announced as longer than headers may be, or did not end; the client got a reset. */
  OVERSIZED,
  /** The client ended or reset its connection within it. */
  TRUNCATED,
  /** It was not there in time; the client got a reset. */
  SLOW;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
