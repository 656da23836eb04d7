package io.tidegate.kernel;

import io.netty.channel.unix.Errors;
import java.io.IOException;

/** A system call that failed. Carries no stack trace: refused connects are everyday business. */
public final class CallException extends IOException {

  private static final long serialVersionUID = 1;

  private final int errno;

  /**
   * Makes one with words of its own.
   *
   * @param message names what the call was for, the call, and what the system says
   */
  public CallException(String message, int errno) {
    super(message);
    this.errno = errno;
  }

  /** Of a call by its name, as {@code connect}, with the kernel's word for the error. */
  public static CallException of(String call, int errno) {
    return new CallException(
        String.valueOf(Errors.newIOException(call, -errno).getMessage()), errno);
  }

  /** The system's number of the error. */
  public int errno() {
    return errno;
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
