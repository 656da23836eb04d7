package io.tidegate.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** From clients to a task on loopback, through one data path or two. */
interface Way extends AutoCloseable {

  /** Serves a fresh port from a task. */
  int serveFrom(InetSocketAddress task);

  Socket connect(int port) throws IOException;

  @Override
  void close();

  static Way straight(ProxyConfig config) {
    var proxy = new ProxyFixture(config);
    return new Way() {
      @Override
      public int serveFrom(InetSocketAddress task) {
        return proxy.serve(task);
      }

      @Override
      public Socket connect(int port) throws IOException {
        return proxy.connect(port);
      }

      @Override
      public void close() {
        proxy.close();
      }
    };
  }

  /** Clients come to one data path, which passes them to the other. */
  static Way byHop(ProxyConfig config) {
    var hop = new HopFixture(config);
    return new Way() {
      @Override
      public int serveFrom(InetSocketAddress task) {
        return hop.serveFromFar(task);
      }

      @Override
      public Socket connect(int port) throws IOException {
        return hop.near.connect(port);
      }

      @Override
      public void close() {
        hop.close();
      }
    };
  }
}
