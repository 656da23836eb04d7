package io.tidegate.proxy;

import io.netty.channel.unix.Socket;
import io.tidegate.metrics.ShardCounter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard's socket for all UDP ports that are taken over: the kernel tells of each datagram where
 * it was sent to. It receives and never answers: a socket sends from its own port alone, so answers
 * leave by one that is bound to the port for as long as it has sessions ({@link TakenExits}).
 */
final class TakenUdpListener extends UdpReceiver {

  private static final Logger LOG = LoggerFactory.getLogger(TakenUdpListener.class);

  /** Whose a sender is by what it asks for. */
  @FunctionalInterface
  interface Owners {

    /** The clients among which a sender belongs, or null if nobody serves what it asks for. */
    @Nullable UdpClients of(UdpClient sender);
  }

  private final Owners owners;
  private final TakenExits exits;

  private TakenUdpListener(Shard shard, Socket socket, Owners owners, @Nullable String namespace) {
    super(shard, socket);
    this.owners = owners;
    exits = new TakenExits(shard, family, namespace);
  }

  /**
   * Receives; null, and the socket closed, where it cannot be watched: nobody comes then.
   *
   * @param owners whose each sender is
   * @param namespace of the socket; null means the agent's own
   */
  static @Nullable TakenUdpListener on(
      Socket socket, Shard shard, Owners owners, @Nullable String namespace) {
    TakenUdpListener listener = new TakenUdpListener(shard, socket, owners, namespace);
    try {
      listener.begin();
      return listener;
    } catch (IOException e) {
      LOG.warn("{}: cannot listen: {}", listener.name(), e.getMessage());
      return null;
    }
  }

  @Override
  @Nullable UdpSession sessionOf(int i) {
    batch.readAsking(i, sender);
    UdpClients clients = owners.of(sender);
    if (clients == null) {
      shard.counters().of(ShardCounter.TAKEN_IN_VAIN).increment();
      return null;
    }
    return clients.sessionOf(sender, this);
  }

  @Override
  @Nullable UdpExit exit() {
    return exits.of(sender);
  }

  @Override
  String name() {
    return "UDP ports taken over";
  }

  /**
   * Receives for as long as answers may take, and then no more: from then on the kernel finds no
   * socket, and brings nobody here.
   */
  void stopLater() {
    shard.schedule(this::stop, UdpClients.LINGER);
  }

  /** Takes no more datagrams. What sessions have to answer does not need this socket. */
  void stop() {
    if (!isStopped()) {
      receiveLast();
      close();
    }
  }

  /** The end of all: no session is there any more. */
  void end() {
    stop();
    exits.close();
  }
}
