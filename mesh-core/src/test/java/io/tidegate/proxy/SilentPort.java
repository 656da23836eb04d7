package io.tidegate.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * A port that never answers a connect, as a host behind a cut cable: its accept queue is full for
 * good.
 */
final class SilentPort implements AutoCloseable {

  private final ServerSocket server;
  private final List<Socket> fillers = new ArrayList<>();

  SilentPort() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    while (fill()) {
      if (fillers.size() > 100) {
        throw new AssertionError("the accept queue does not fill up");
      }
    }
  }

  private boolean fill() throws IOException {
    Socket socket = new Socket();
    fillers.add(socket);
    try {
      socket.connect(address(), 200);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  InetSocketAddress address() {
    return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    for (Socket filler : fillers) {
      filler.close();
    }
    server.close();
  }
}
