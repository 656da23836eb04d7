package io.tidegate.agent.check;

import java.net.SocketTimeoutException;
import java.time.Duration;

/** The moment by which all of one check must be over. */
record Deadline(long atNanos) {

  static Deadline in(Duration timeout) {
    return new Deadline(System.nanoTime() + timeout.toNanos());
  }

  /**
   * For calls that wait: never 0, which they take for ever.
   *
   * @throws SocketTimeoutException if it has passed
   */
  int leftMillis() throws SocketTimeoutException {
    long leftNanos = atNanos - System.nanoTime();
    if (leftNanos <= 0) {
      throw new SocketTimeoutException();
    }
    return (int) Math.max(Duration.ofNanos(leftNanos).toMillis(), 1);
  }
}
