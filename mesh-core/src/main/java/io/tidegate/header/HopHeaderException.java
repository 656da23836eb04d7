package io.tidegate.header;

/** What another node sent is no header of a hop. Carries no stack trace: anybody can cause it. */
public final class HopHeaderException extends Exception {

  private static final long serialVersionUID = 1;

  public HopHeaderException(String message) {
    super(message);
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
