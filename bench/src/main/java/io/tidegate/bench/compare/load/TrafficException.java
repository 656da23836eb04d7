package io.tidegate.bench.compare.load;

import java.io.Serial;

/** The traffic did not arrive as it was sent; the message says what happened. */
public final class TrafficException extends Exception {

  @Serial private static final long serialVersionUID = 1;

  TrafficException(String message) {
    super(message);
  }
}
