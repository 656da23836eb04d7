package io.tidegate.proxy;

import io.netty.channel.unix.Socket;
import io.tidegate.header.Ends;
import io.tidegate.kernel.TcpSocket;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ProxyIn;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One published port on one shard: a socket of its own, among which the kernel spreads the clients
 * (SO_REUSEPORT).
 */
class TcpListener extends Acceptor implements Listener {

  // Shard loop only. Null where it depends on the client.
  private @Nullable ServedRoute served;

  /**
   * @param name for the log
   */
  TcpListener(Shard shard, Socket socket, @Nullable ServedRoute served, String name) {
    super(shard, socket, name);
    this.served = served;
  }

  /**
   * Listens.
   *
   * @param socket bound; closed where this fails
   * @throws IOException if it cannot be watched
   */
  static TcpListener on(Socket socket, Shard shard, ServedRoute served) throws IOException {
    TcpListener listener = new TcpListener(shard, socket, served, served.route.port().toString());
    listener.begin();
    return listener;
  }

  /** The route of an accepted client, or null if there is none: it is reset. */
  @Nullable ServedRoute routeOf(int fd) {
    return served;
  }

  /** New clients follow the new route. */
  @Override
  public void serve(ServedRoute next) {
    served = next;
  }

  @Override
  final void take(int fd) throws IOException {
    ServedRoute route = routeOf(fd);
    if (route == null) {
      turnAway(new TcpSocket(fd));
    } else {
      begin(new TcpSocket(fd), route);
    }
  }

  private void begin(TcpSocket client, ServedRoute route) {
    ClientAddress policy = route.route.policy().clientAddress();
    @Nullable Ends ends = policy.isAsked() ? Ends.ofAccepted(address, client) : null;
    if (policy.proxyIn() == ProxyIn.OFF) {
      long network = SourceAddress.networkOf(address);
      Dial.begin(shard, route, client, network, SourceAddress.hostOf(address), ends);
    } else {
      Arrival.begin(shard, route, client, ends);
    }
  }

  private static void turnAway(TcpSocket client) throws IOException {
    try {
      client.resetOnClose();
    } finally {
      client.close();
    }
  }

  /** That somebody else holds it changes nothing here: clients are taken by whoever accepts. */
  @Override
  public int lend() throws IOException {
    return PassedSocket.duplicate(socket);
  }

  @Override
  public void takeBack() {
    // nothing was done differently
  }

  /** Clients that the kernel has already connected are served, not reset. */
  @Override
  public void stop() {
    acceptAllAndClose();
  }
}
