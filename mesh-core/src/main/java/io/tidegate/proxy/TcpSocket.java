package io.tidegate.proxy;

import io.netty.channel.unix.FileDescriptor;
import io.tidegate.routing.Reach;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A TCP socket that carries a relay. A bare descriptor: Netty's own socket asks the kernel for the
 * family of each descriptor that it wraps, and there is one to wrap per client.
 */
final class TcpSocket extends FileDescriptor {

  private static final int EINPROGRESS = 115;
  private static final int STREAM = Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC;

  // A peer that is gone without a word is noticed after two minutes, with data under way or
  // without.
  private static final int KEEPALIVE_IDLE_SECONDS = 60;
  private static final int KEEPALIVE_INTERVAL_SECONDS = 15;
  private static final int KEEPALIVE_COUNT = 4;
  private static final int USER_TIMEOUT_MILLIS = 120_000;

  // One that seems to be gone already is noticed after one to two seconds.
  private static final int LAST_CHANCE_SECONDS = 1;

  TcpSocket(int fd) {
    super(fd);
  }

  static TcpSocket open(boolean ipv6) throws IOException {
    return new TcpSocket(
        checked("socket", Libc.socket(ipv6 ? Libc.AF_INET6 : Libc.AF_INET, STREAM)));
  }

  /** Opens one in the network namespace from which a reach leads. */
  static TcpSocket open(Shard shard, Reach reach, boolean ipv6) throws IOException {
    return open(shard, reach.namespace(), ipv6);
  }

  /** Opens one in a network namespace; null for the agent's own. */
  static TcpSocket open(Shard shard, @Nullable String namespace, boolean ipv6) throws IOException {
    return namespace == null
        ? open(ipv6)
        : new TcpSocket(shard.upstreamSockets().openStream(namespace, ipv6));
  }

  /** Begins to connect; true if that is all, which it rarely is. */
  boolean connect(SockAddr address) throws IOException {
    int result = Libc.connect(intValue(), address.address(), address.length());
    if (result == -EINPROGRESS) {
      return false;
    }
    checked("connect", result);
    return true;
  }

  /** Throws what went wrong with the connect, if anything did. */
  void checkConnected() throws IOException {
    checked("connect", -Libc.pendingError(intValue()));
  }

  /**
   * Lets it be bound to an address that is not this host's, also where another one is.
   *
   * @throws IOException for want of CAP_NET_ADMIN
   */
  void setTransparent(boolean ipv6) throws IOException {
    setOption(
        ipv6 ? Libc.SOL_IPV6 : Libc.SOL_IP, ipv6 ? Libc.IPV6_TRANSPARENT : Libc.IP_TRANSPARENT, 1);
    setOption(Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1);
  }

  void bind(SockAddr address) throws IOException {
    checked("bind", Libc.bind(intValue(), address.address(), address.length()));
  }

  void setNoDelay() throws IOException {
    setOption(Libc.IPPROTO_TCP, Libc.TCP_NODELAY, 1);
  }

  /**
   * Lets acknowledgements wait for data to go with, that of the handshake to begin with: a packet
   * less for who has something to say. For a socket that is about to connect.
   */
  void acknowledgeWithData() throws IOException {
    setOption(Libc.IPPROTO_TCP, Libc.TCP_QUICKACK, 0);
  }

  /** Watches for a peer that is gone without a word. */
  void keepAlive() throws IOException {
    keepAlive(KEEPALIVE_IDLE_SECONDS, KEEPALIVE_INTERVAL_SECONDS, USER_TIMEOUT_MILLIS);
  }

  /** Asks a peer that seems to be gone once a second, and fails when it does not answer. */
  void keepAliveBriefly() throws IOException {
    keepAlive(
        LAST_CHANCE_SECONDS,
        LAST_CHANCE_SECONDS,
        (int) TimeUnit.SECONDS.toMillis(LAST_CHANCE_SECONDS));
  }

  private void keepAlive(int idleSeconds, int intervalSeconds, int userTimeoutMillis)
      throws IOException {
    setOption(Libc.SOL_SOCKET, Libc.SO_KEEPALIVE, 1);
    setOption(Libc.IPPROTO_TCP, Libc.TCP_KEEPIDLE, idleSeconds);
    setOption(Libc.IPPROTO_TCP, Libc.TCP_KEEPINTVL, intervalSeconds);
    setOption(Libc.IPPROTO_TCP, Libc.TCP_KEEPCNT, KEEPALIVE_COUNT);
    setOption(Libc.IPPROTO_TCP, Libc.TCP_USER_TIMEOUT, userTimeoutMillis);
  }

  void endOutput() throws IOException {
    checked("shutdown", Libc.shutdown(intValue(), Libc.SHUT_WR));
  }

  /** Makes close a reset. Fails only on what is no socket, or closed. */
  void resetOnClose() throws IOException {
    checked("setsockopt", Libc.resetOnClose(intValue()));
  }

  private void setOption(int level, int option, int value) throws IOException {
    checked("setsockopt", Libc.setOption(intValue(), level, option, value));
  }

  private static int checked(String call, int result) throws IOException {
    if (result < 0) {
      throw CallException.of(call, -result);
    }
    return result;
  }
}
