package io.tidegate.agent.watch;

import java.io.IOException;

/** A stream ended or did not begin, with the reason in one line. */
class WatchException extends IOException {

  private static final long serialVersionUID = 1;

  WatchException(String message) {
    super(message);
  }

  WatchException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The manager does not agree on a protocol, as Docker below 28 after a reload of its TLS. */
  static final class NoAlpn extends WatchException {

    private static final long serialVersionUID = 1;

    NoAlpn(Throwable cause) {
      super("the manager negotiates no ALPN", cause);
    }
  }
}
