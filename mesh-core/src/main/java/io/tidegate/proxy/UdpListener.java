package io.tidegate.proxy;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One published UDP port on one shard, with a socket of its own. Answers leave through it too, so
 * it outlives the port by a moment.
 */
final class UdpListener extends UdpReceiver implements Listener {

  private static final Logger LOG = LoggerFactory.getLogger(UdpListener.class);

  private final UdpClients clients;
  private final UdpExit exit;
  private boolean lent;

  private UdpListener(Shard shard, Socket socket, ServedRoute served) {
    super(shard, socket);
    clients = new UdpClients(shard, served);
    exit = new UdpExit(socket.intValue(), () -> {});
  }

  /**
   * Receives. Where another process had the socket, sessions begin anew.
   *
   * @param socket bound; closed where this fails
   * @throws IOException if it cannot be watched
   */
  static UdpListener on(Socket socket, Shard shard, ServedRoute served) throws IOException {
    UdpListener listener = new UdpListener(shard, socket, served);
    listener.begin();
    return listener;
  }

  @Override
  public void serve(ServedRoute next) {
    clients.serve(next);
  }

  @Override
  @Nullable UdpSession sessionOf(int i) {
    batch.readClient(i, sender);
    return clients.sessionOf(sender, this);
  }

  @Override
  UdpExit exit() {
    return exit.enter();
  }

  @Override
  String name() {
    return clients.served().route.port().toString();
  }

  @Override
  public int lend() throws IOException {
    lent = true;
    return PassedSocket.duplicate(socket);
  }

  @Override
  public void takeBack() {
    lent = false;
  }

  /**
   * Takes no more datagrams from clients. Sessions live on for a moment, so that answers under way
   * still pass; without any the port is closed at once.
   */
  @Override
  public void stop() {
    if (isStopped()) {
      return;
    }
    receiveLast();
    if (clients.isEmpty()) {
      close();
      return;
    }
    clients.linger(this::close);
    unwatch();
    // Whoever it is lent to takes the clients.
    if (!lent) {
      turnAway();
    }
  }

  private void turnAway() {
    try {
      // Connected to nobody, it gets no share of the port's clients any more: they go to whoever
      // listens there next, or are refused.
      socket.connect(BindAddress.nobody(socket.localAddress()));
    } catch (IOException e) {
      LOG.debug("{}: cannot turn clients away: {}", name(), e.getMessage());
    }
  }
}
