package io.tidegate.proxy;

import io.netty.channel.unix.Errors;
import java.io.IOException;

/** A system call that failed. Carries no stack trace: refused connects are everyday business. */
final class CallException extends IOException {

  private static final long serialVersionUID = 1;

  private final int errno;

  CallException(String call, int errno) {
    super(Errors.newIOException(call, -errno).getMessage());
    this.errno = errno;
  }

  int errno() {
    return errno;
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
