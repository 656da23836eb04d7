package io.tidegate.agent.demo;

import java.io.Serial;

/** The demo cannot run; the message tells the user why and what to do. */
final class DemoException extends Exception {

  @Serial private static final long serialVersionUID = 1;

  DemoException(String message) {
    super(message);
  }

  DemoException(String message, Throwable cause) {
    super(message, cause);
  }
}
