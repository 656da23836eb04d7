package io.tidegate.agent;

/** The agent cannot start; the message says why in one line. */
final class StartupException extends Exception {

  private static final long serialVersionUID = 1;

  StartupException(String message, Throwable cause) {
    super(message, cause);
  }
}
