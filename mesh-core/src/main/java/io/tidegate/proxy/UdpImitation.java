package io.tidegate.proxy;

import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.Socket;
import io.tidegate.header.Ends;
import io.tidegate.kernel.Libc;
import io.tidegate.metrics.Imitated;
import io.tidegate.routing.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A UDP session's socket that has its client's own address and port, or another port of it: see
 * {@link Imitation}.
 */
final class UdpImitation {

  private static final Logger LOG = LoggerFactory.getLogger(UdpImitation.class);

  final Socket socket;
  private final Shard shard;
  private final InetSocketAddress client;
  private final InetSocketAddress task;
  private final boolean isExact;

  private UdpImitation(
      Shard shard,
      Socket socket,
      InetSocketAddress client,
      InetSocketAddress task,
      boolean isExact) {
    this.shard = shard;
    this.socket = socket;
    this.client = client;
    this.task = task;
    this.isExact = isExact;
    shard.counters().imitations.increment();
  }

  /**
   * Makes one, not yet connected.
   *
   * @return null if that cannot be, and the route's fallback is in force
   * @throws NotTransparentException if the route refuses such clients
   */
  static @Nullable UdpImitation begin(
      Shard shard, ServedRoute served, Endpoint endpoint, @Nullable InetSocketAddress client)
      throws NotTransparentException {
    Imitated result = Imitation.obstacle(shard.transparency(), endpoint, client);
    UdpImitation imitation = null;
    if (result == null && client != null) {
      InetSocketAddress task = Objects.requireNonNull(endpoint.address());
      try {
        imitation = open(shard, client, task);
        result = resultOf(imitation);
      } catch (Imitation.UnableException e) {
        LOG.debug("{}: {}", served.route.port(), e.getMessage());
        result = Imitated.UNABLE;
      }
    }
    Imitation.count(served, Objects.requireNonNull(result));
    return imitation;
  }

  private static Imitated resultOf(@Nullable UdpImitation imitation) {
    if (imitation == null) {
      return Imitated.IN_USE;
    }
    return imitation.isExact ? Imitated.EXACT : Imitated.OTHER_PORT;
  }

  private static @Nullable UdpImitation open(
      Shard shard, InetSocketAddress client, InetSocketAddress task)
      throws Imitation.UnableException {
    if (shard.imitations().take(client, task)) {
      UdpImitation exact = null;
      try {
        exact = open(shard, client, task, true);
      } finally {
        if (exact == null) {
          shard.imitations().giveBack(client, task);
        }
      }
      if (exact != null) {
        return exact;
      }
    }
    return open(shard, client, task, false);
  }

  /** Null if the address cannot be had now. */
  private static @Nullable UdpImitation open(
      Shard shard, InetSocketAddress client, InetSocketAddress task, boolean isExact)
      throws Imitation.UnableException {
    boolean ipv6 = !Ends.isIpv4(task);
    Socket socket = LinuxSocket.newSocketDgram(ipv6);
    UdpImitation imitation = null;
    try {
      setTransparent(socket, ipv6);
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(client.getAddress(), isExact ? client.getPort() : 0));
      imitation = new UdpImitation(shard, socket, client, task, isExact);
    } catch (IOException e) {
      LOG.debug("{}: {}", client, e.getMessage());
    } finally {
      if (imitation == null) {
        close(socket);
      }
    }
    return imitation;
  }

  private static void setTransparent(Socket socket, boolean ipv6) throws Imitation.UnableException {
    try {
      socket.setIntOpt(
          ipv6 ? Libc.SOL_IPV6 : Libc.SOL_IP,
          ipv6 ? Libc.IPV6_TRANSPARENT : Libc.IP_TRANSPARENT,
          1);
    } catch (IOException e) {
      throw new Imitation.UnableException(e);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("closing {} failed: {}", socket, e.getMessage());
    }
  }

  /** The socket is closed. */
  void end() {
    shard.counters().imitations.add(-1);
    if (isExact) {
      shard.imitations().giveBack(client, task);
    }
  }
}
