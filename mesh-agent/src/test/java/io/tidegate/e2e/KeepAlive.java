package io.tidegate.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client of one host and port that keeps its connections, as most do, and uses each in
 * turn. A connection that was closed while it was kept is replaced and the request repeated, once
 * and only if no byte of an answer had come (RFC 9112, 9.5); on a new connection nothing is
 * repeated.
 */
final class KeepAlive implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 10_000;
  private static final int MOST_BYTES = 4_096;

  private final String host;
  private final int port;
  private final @Nullable InetAddress from;
  private final Queue<Socket> kept = new ConcurrentLinkedQueue<>();

  KeepAlive(@Nullable InetAddress from, String host, int port) {
    this.from = from;
    this.host = host;
    this.port = port;
  }

  /** Nothing of an answer came over a connection. */
  private static final class UnansweredException extends IOException {
    private static final long serialVersionUID = 1;

    UnansweredException(Exception cause) {
      super("closed before an answer", cause);
    }
  }

  /** Asks for the root page; an answer that is not 200 or not whole is a failure. */
  void get() throws IOException {
    Socket socket = kept.poll();
    if (socket != null) {
      try {
        exchange(socket);
        return;
      } catch (UnansweredException e) {
        // it had been closed while it was kept
      }
    }
    exchange(connect());
  }

  /** Opens connections ahead of any request. */
  void open(int connections) throws IOException {
    for (int i = 0; i < connections; i++) {
      kept.add(connect());
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    try {
      if (from != null) {
        socket.bind(new InetSocketAddress(from, 0));
      }
      socket.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.setTcpNoDelay(true);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private void exchange(Socket socket) throws IOException {
    boolean isKept = false;
    try {
      isKept = answer(socket).contains("\r\nConnection: keep-alive");
    } finally {
      if (isKept) {
        kept.add(socket);
      } else {
        socket.close();
      }
    }
  }

  private String answer(Socket socket) throws IOException {
    byte[] bytes = new byte[MOST_BYTES];
    int count;
    try {
      socket
          .getOutputStream()
          .write(
              "GET / HTTP/1.1\r\nHost: %s\r\n\r\n"
                  .formatted(host)
                  .getBytes(StandardCharsets.US_ASCII));
      count = socket.getInputStream().read(bytes);
    } catch (java.net.SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      throw new UnansweredException(e);
    }
    if (count < 0) {
      throw new UnansweredException(new IOException("end of stream"));
    }
    return rest(socket.getInputStream(), bytes, count);
  }

  private static String rest(InputStream in, byte[] bytes, int first) throws IOException {
    int count = first;
    while (true) {
      String text = new String(bytes, 0, count, StandardCharsets.US_ASCII);
      int headEnd = text.indexOf("\r\n\r\n");
      if (headEnd > 0 && count >= headEnd + 4 + contentLength(text)) {
        if (!text.startsWith("HTTP/1.1 200 ")) {
          throw new IOException("answer: " + text.lines().findFirst().orElse(""));
        }
        return text.substring(0, headEnd);
      }
      int read = in.read(bytes, count, MOST_BYTES - count);
      if (read <= 0) {
        throw new IOException("answer ended after " + count + " bytes");
      }
      count += read;
    }
  }

  private static int contentLength(String text) {
    String name = "Content-Length: ";
    int at = text.indexOf(name) + name.length();
    return Integer.parseInt(text.substring(at, text.indexOf('\r', at)));
  }

  @Override
  public void close() {
    for (Socket socket = kept.poll(); socket != null; socket = kept.poll()) {
      try {
        socket.close();
      } catch (IOException e) {
        // it was to go
      }
    }
  }
}
