package io.tidegate.agent.demo;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The process of one task: answers every HTTP request on a loopback port of its own, and at its
 * address inside a network if it has one, with its name and a count, one virtual thread for each
 * connection.
 */
final class Responder implements AutoCloseable {

  private static final int BACKLOG = 1_024;

  private final String name;
  private final ServerSocket listening;
  private final @Nullable ServerSocket inside;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final AtomicLong requests = new AtomicLong();
  private final LongAdder requestsInside = new LongAdder();
  private volatile boolean isLeaving;

  private Responder(String name, ServerSocket listening, @Nullable ServerSocket inside) {
    this.name = name;
    this.listening = listening;
    this.inside = inside;
  }

  static Responder start(String name) throws IOException {
    return start(name, null);
  }

  /**
   * Listens.
   *
   * @param at its address inside a network, or null where it is on none
   */
  static Responder start(String name, @Nullable InetSocketAddress at) throws IOException {
    ServerSocket inside =
        at == null ? null : new ServerSocket(at.getPort(), BACKLOG, at.getAddress());
    ServerSocket listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    Responder responder = new Responder(name, listening, inside);
    responder.listen(listening);
    if (inside != null) {
      responder.listen(inside);
    }
    return responder;
  }

  private void listen(ServerSocket socket) {
    Thread.ofVirtual().name(name).start(() -> accept(socket));
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listening.getLocalSocketAddress();
  }

  /** Requests answered so far, but for those from inside the network. */
  long requests() {
    return requests.get() - requestsInside.sum();
  }

  /** Those from inside the network. */
  long requestsInside() {
    return requestsInside.sum();
  }

  /** Asks clients to go elsewhere: each connection ends with its next answer. */
  void leave() {
    isLeaving = true;
  }

  /** Ends as a process that was told to stop: no new connection, the old ones get a FIN. */
  @Override
  public void close() {
    end(false);
  }

  /** Ends as a process that was killed: every connection is reset. */
  void kill() {
    end(true);
  }

  private void end(boolean abruptly) {
    closeQuietly(listening);
    if (inside != null) {
      closeQuietly(inside);
    }
    for (Socket connection : connections) {
      if (abruptly) {
        resetOnClose(connection);
      }
      closeQuietly(connection);
    }
  }

  private void accept(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        Thread.ofVirtual().name(name).start(() -> serve(connection, socket.equals(inside)));
      } catch (IOException _) {
        // Closed, or the client was gone before it was accepted: the loop's condition tells.
      }
    }
  }

  private void serve(Socket connection, boolean isInside) {
    connections.add(connection);
    try (connection) {
      if (listening.isClosed()) {
        return;
      }
      connection.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(connection.getInputStream());
      OutputStream out = connection.getOutputStream();
      boolean goesOn = true;
      while (goesOn) {
        HttpHead request = HttpHead.read(in);
        goesOn = request != null && answer(request, isInside, in, out);
      }
    } catch (IOException _) {
      // The client is gone or does not speak HTTP: there is nobody to tell.
    } finally {
      connections.remove(connection);
    }
  }

  private boolean answer(HttpHead request, boolean isInside, InputStream in, OutputStream out)
      throws IOException {
    in.skipNBytes(request.contentLength());
    requestsInside.add(isInside ? 1 : 0);
    boolean goesOn = request.keepsAlive() && !isLeaving;
    String body = name + " answers its request " + requests.incrementAndGet() + "\n";
    String head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
            + body.length()
            + (goesOn ? "\r\nConnection: keep-alive\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
    boolean bodyIsWanted = !request.startLine().startsWith("HEAD ");
    out.write((bodyIsWanted ? head + body : head).getBytes(StandardCharsets.US_ASCII));
    return goesOn;
  }

  private static void resetOnClose(Socket connection) {
    try {
      connection.setSoLinger(true, 0);
    } catch (IOException _) {
      // Closed already, so there is nothing to reset.
    }
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception _) {
      // It is gone either way.
    }
  }
}
