package io.tidegate.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What a task does in a test: a real listening socket on loopback, one virtual thread per
 * connection.
 */
final class TestTask implements AutoCloseable {

  /** What the task does with a connection; the socket is closed afterwards. */
  interface Behaviour {
    void serve(Socket socket) throws Exception;
  }

  private final ServerSocket server;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

  private TestTask(InetSocketAddress address, Behaviour behaviour) {
    try {
      server = new ServerSocket(address.getPort(), 1024, address.getAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(() -> acceptAll(behaviour));
  }

  static TestTask that(Behaviour behaviour) {
    return new TestTask(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), behaviour);
  }

  /** Sends back what it gets, and its end. */
  static TestTask echo() {
    return echoAt(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /**
   * The same on another loopback address, as if on another node, at a port that is free on the
   * usual one too: clients that have just ended may still have ports there.
   */
  static TestTask echoOn(String host) {
    return echoAt(new InetSocketAddress(InetAddress.ofLiteral(host), ProxyFixture.freePort()));
  }

  /** The same at a given address, where nobody has listened so far. */
  static TestTask echoAt(InetSocketAddress address) {
    return new TestTask(
        address, socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
  }

  InetSocketAddress address() {
    return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
  }

  int connections() {
    return sockets.size();
  }

  /** The first failure of the behaviour, or null if there is none within the time. */
  Throwable awaitFailure() throws InterruptedException {
    Throwable failure = failures.poll(10, TimeUnit.SECONDS);
    if (failure == null) {
      throw new AssertionError("the task saw no failure");
    }
    return failure;
  }

  /** What failed so far. */
  List<Throwable> failures() {
    return List.copyOf(failures);
  }

  private void acceptAll(Behaviour behaviour) {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        socket.setSoTimeout(20_000);
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(behaviour, socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Behaviour behaviour, Socket socket) {
    try (socket) {
      behaviour.serve(socket);
    } catch (Throwable e) {
      failures.add(e);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
