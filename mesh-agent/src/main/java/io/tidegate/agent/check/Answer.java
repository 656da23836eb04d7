package io.tidegate.agent.check;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** What a task has answered so far: no more than its first KiB is ever read. */
final class Answer {

  static final int MOST_BYTES = 1_024;

  private final byte[] bytes = new byte[MOST_BYTES];
  private int length;

  /**
   * Waits for some more of a stream.
   *
   * @throws IOException if there is none, or what there is will not do
   */
  void readMore(Socket socket, Deadline deadline) throws IOException {
    if (length == MOST_BYTES) {
      throw new IOException("not in the first " + MOST_BYTES + " bytes of the answer");
    }
    socket.setSoTimeout(deadline.leftMillis());
    int read = socket.getInputStream().read(bytes, length, MOST_BYTES - length);
    if (read < 0) {
      throw new IOException("closed after " + length + " bytes");
    }
    length += read;
  }

  int length() {
    return length;
  }

  /** The bytes as characters up to 255. */
  String text() {
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }
}
