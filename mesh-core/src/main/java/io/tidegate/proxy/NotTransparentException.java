package io.tidegate.proxy;

import io.tidegate.metrics.Imitated;
import java.io.IOException;

/** A client is refused because its task could not see the client's address. Nobody's fault. */
final class NotTransparentException extends IOException {

  private static final long serialVersionUID = 1;

  NotTransparentException(Imitated why) {
    super(why.words());
  }

  NotTransparentException(String why) {
    super(why);
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
