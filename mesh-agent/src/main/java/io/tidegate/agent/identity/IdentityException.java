package io.tidegate.agent.identity;

import java.io.IOException;

/** An identity cannot be used; the message names the file and says what to do. */
public final class IdentityException extends IOException {

  private static final long serialVersionUID = 1L;

  IdentityException(String message) {
    super(message);
  }

  IdentityException(String message, Throwable cause) {
    super(message, cause);
  }
}
