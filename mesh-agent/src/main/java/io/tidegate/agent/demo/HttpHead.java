package io.tidegate.agent.demo;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The head of an HTTP/1.x message, as much of it as the demo needs.
 *
 * @param startLine request or status line
 * @param contentLength bytes that follow the head
 * @param keepsAlive whether another message may follow on the connection
 */
record HttpHead(String startLine, long contentLength, boolean keepsAlive) {

  private static final int MAX_BYTES = 16 << 10;

  /**
   * Reads one head, or null if the stream ended before its first byte.
   *
   * @throws IOException if it ended later, or what came is no HTTP
   */
  static @Nullable HttpHead read(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder(256);
    for (int b = in.read(); b >= 0; b = in.read()) {
      text.append((char) b);
      if (b == '\n' && endsHead(text)) {
        return parse(text.toString());
      }
      if (text.length() == MAX_BYTES) {
        throw new IOException("head: longer than " + MAX_BYTES + " bytes");
      }
    }
    if (text.isEmpty()) {
      return null;
    }
    throw new EOFException("head: ended after " + text.length() + " bytes");
  }

  // The last character is a line's end: the head's too if an empty line stands before it.
  private static boolean endsHead(StringBuilder text) {
    int before = text.length() - 2;
    if (before >= 0 && text.charAt(before) == '\r') {
      before--;
    }
    return before >= 0 && text.charAt(before) == '\n';
  }

  private static HttpHead parse(String text) throws IOException {
    List<String> lines = text.lines().toList();
    String startLine = lines.getFirst();
    if (!startLine.contains("HTTP/1.")) {
      throw new IOException("start line: " + startLine);
    }
    long contentLength = 0;
    boolean keepsAlive = !startLine.contains("HTTP/1.0");
    for (String header : lines.subList(1, lines.size())) {
      String line = header.toLowerCase(Locale.ROOT);
      if (line.startsWith("content-length:")) {
        contentLength = parseLength(line.substring("content-length:".length()).strip());
      } else if (line.startsWith("transfer-encoding:")) {
        throw new IOException(header + " (expected: Content-Length)");
      } else if (line.startsWith("connection:")) {
        keepsAlive = line.contains("keep-alive") || (keepsAlive && !line.contains("close"));
      }
    }
    return new HttpHead(startLine, contentLength, keepsAlive);
  }

  private static long parseLength(String number) throws IOException {
    try {
      return Long.parseUnsignedLong(number);
    } catch (NumberFormatException e) {
      throw new IOException("Content-Length: " + number, e);
    }
  }

  /** The bytes of a head made of these lines. */
  static byte[] bytes(String... lines) {
    return (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
  }
}
