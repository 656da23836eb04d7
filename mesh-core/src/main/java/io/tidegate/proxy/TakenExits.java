package io.tidegate.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * By which answers leave that come from ports that are taken over: one socket for each address and
 * port that clients of this shard have sessions with, opened for the first and closed with the
 * last, or a moment later: where each client asks once, sockets would come and go with each
 * question. Shard loop only.
 */
final class TakenExits {

  private static final Logger LOG = LoggerFactory.getLogger(TakenExits.class);

  private final Shard shard;
  private final UdpFamily family;
  private final @Nullable String namespace;
  private final Map<InetSocketAddress, Exit> open = new HashMap<>();
  private boolean isSweeping;

  TakenExits(Shard shard, UdpFamily family, @Nullable String namespace) {
    this.shard = shard;
    this.family = family;
    this.namespace = namespace;
  }

  /** The one of whatever the sender asks for; null if it cannot be had. Counts until it is left. */
  @Nullable UdpExit of(UdpClient sender) {
    InetSocketAddress from = sender.destination(sender.port);
    if (from == null) {
      return null;
    }
    Exit exit = open.get(from);
    if (exit == null) {
      exit = open(from);
    }
    if (exit == null) {
      return null;
    }
    exit.wasIdle = false;
    return exit.exit.enter();
  }

  private @Nullable Exit open(InetSocketAddress from) {
    try {
      Exit exit = new Exit(from, socket(from));
      open.put(from, exit);
      shard.admission().sessionBegan();
      return exit;
    } catch (IOException | ChannelException e) {
      LOG.debug("answers from {} cannot leave: {}", from, e.getMessage());
      return null;
    }
  }

  private Socket socket(InetSocketAddress from) throws IOException {
    boolean ipv6 = BindAddress.isIpv6(from);
    Socket socket =
        namespace == null
            ? LinuxSocket.newSocketDgram(ipv6)
            : new Socket(shard.upstreamSockets().openDatagram(namespace, ipv6));
    try {
      BoundSocket.bindExit(socket, from);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private void sweepLater() {
    if (!isSweeping) {
      isSweeping = true;
      shard.schedule(this::sweep, UdpClients.LINGER);
    }
  }

  /** Closes those that had no session at the last look, either. */
  private void sweep() {
    isSweeping = false;
    for (Exit exit : List.copyOf(open.values())) {
      if (!exit.exit.isIdle()) {
        continue;
      }
      if (exit.wasIdle) {
        open.remove(exit.from);
        exit.close();
      } else {
        exit.wasIdle = true;
        sweepLater();
      }
    }
  }

  /** Closes all; no session needs them any more. */
  void close() {
    open.values().forEach(Exit::close);
    open.clear();
  }

  private final class Exit {

    final InetSocketAddress from;
    final UdpExit exit;
    private final Socket socket;
    boolean wasIdle;

    Exit(InetSocketAddress from, Socket socket) {
      this.from = from;
      this.socket = socket;
      exit = new UdpExit(socket.intValue(), TakenExits.this::sweepLater);
    }

    void close() {
      shard.admission().sessionEnded();
      // Some may wait to be sent.
      family.answers.flush();
      try {
        socket.close();
      } catch (IOException e) {
        LOG.debug("{}: closing failed: {}", from, e.getMessage());
      }
    }
  }
}
