package io.tidegate.agent.demo;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP client of one address: a few requests on a connection, then a new connection, so that
 * new tasks get their share. For one thread.
 */
final class DemoClient implements AutoCloseable {

  private static final int MAX_REQUESTS_PER_CONNECTION = 8;
  private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(5).toMillis();
  private static final byte[] REQUEST = HttpHead.bytes("GET / HTTP/1.1", "Host: localhost");

  private final InetSocketAddress target;
  private @Nullable Socket connection;
  private @Nullable InputStream in;
  private int requestsLeft;

  DemoClient(InetSocketAddress target) {
    this.target = target;
  }

  /**
   * Sends a request and reads the answer. A kept connection that turns out to be gone is replaced
   * once, as every HTTP client does.
   *
   * @throws IOException if there was no answer
   */
  void request() throws IOException {
    boolean wasKept = connection != null;
    try {
      exchange();
    } catch (IOException e) {
      disconnect();
      if (!wasKept) {
        throw e;
      }
      exchangeOrClose();
    }
  }

  private void exchangeOrClose() throws IOException {
    try {
      exchange();
    } catch (IOException e) {
      disconnect();
      throw e;
    }
  }

  private void exchange() throws IOException {
    Socket socket = connection == null ? connect() : connection;
    InputStream answers = in == null ? new BufferedInputStream(socket.getInputStream()) : in;
    in = answers;
    socket.getOutputStream().write(REQUEST);
    HttpHead head = HttpHead.read(answers);
    if (head == null) {
      throw new IOException("no answer");
    }
    answers.skipNBytes(head.contentLength());
    if (!head.startLine().contains(" 200 ")) {
      throw new IOException("answer: " + head.startLine());
    }
    if (!head.keepsAlive() || --requestsLeft == 0) {
      disconnect();
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    connection = socket;
    requestsLeft = ThreadLocalRandom.current().nextInt(2, MAX_REQUESTS_PER_CONNECTION + 1);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.connect(target, TIMEOUT_MILLIS);
    return socket;
  }

  @Override
  public void close() {
    disconnect();
  }

  /** Leaves the connection, if there is one; the next request makes a new one. */
  void disconnect() {
    Socket socket = connection;
    connection = null;
    in = null;
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException _) {
        // It is gone either way.
      }
    }
  }
}
