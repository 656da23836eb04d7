package io.tidegate.proxy;

import java.io.IOException;

/**
 * The agent on the task's node has not taken a client for reasons that say nothing against the
 * task. Carries no stack trace: it may come often.
 */
final class NotTakenException extends IOException {

  private static final long serialVersionUID = 1;

  NotTakenException(String why) {
    super(why);
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
