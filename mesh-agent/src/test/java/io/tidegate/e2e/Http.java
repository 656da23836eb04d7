package io.tidegate.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One request, one connection: what a published port answers, and nothing hidden by a pool or a
 * retry.
 */
final class Http {

  private static final int PATIENCE_MILLIS = 10_000;

  private Http() {}

  /** The body of the answer; an answer that is not 200 or not whole is a failure. */
  static String get(String host, int port, String path) throws IOException {
    return get(null, host, port, path);
  }

  /** The same from one address of the client's, or from any. */
  static String get(@Nullable InetAddress from, String host, int port, String path)
      throws IOException {
    try (Socket socket = new Socket()) {
      if (from != null) {
        socket.bind(new InetSocketAddress(from, 0));
      }
      socket.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
      return ask(socket, request(host, path));
    }
  }

  static String request(String host, String path) {
    return "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n".formatted(path, host);
  }

  /** The body of the answer to a request on a connection, which ends with it. */
  static String ask(Socket socket, String request) throws IOException {
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return body(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
  }

  private static String body(String answer) throws IOException {
    int end = answer.indexOf("\r\n\r\n");
    if (end < 0 || !answer.startsWith("HTTP/1.1 200 ")) {
      throw new IOException("answer: " + answer.lines().findFirst().orElse("(empty)"));
    }
    return answer.substring(end + 4);
  }
}
