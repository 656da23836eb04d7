package io.tidegate.kernel;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A TCP socket that carries a relay. A bare descriptor: Netty's own socket asks the kernel for the
 * family of each descriptor that it wraps, and there is one to wrap per client.
 */
public final class TcpSocket extends FileDescriptor {

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

  /** One that is open, and is this object's from now on. */
  public TcpSocket(int fd) {
    super(fd);
  }

  /** Opens one in the agent's own network namespace, non-blocking. */
  public static TcpSocket open(boolean ipv6) throws IOException {
    return new TcpSocket(
        checked("socket", Libc.socket(ipv6 ? Libc.AF_INET6 : Libc.AF_INET, STREAM)));
  }

  /** Begins to connect; true if that is all, which it rarely is. */
  public boolean connect(SockAddr address) throws IOException {
    int result = Libc.connect(intValue(), address.address(), address.length());
    if (result == -EINPROGRESS) {
      return false;
    }
    checked("connect", result);
    return true;
  }

  /** Throws what went wrong with the connect, if anything did. */
  public void checkConnected() throws IOException {
    checked("connect", -Libc.pendingError(intValue()));
  }

  /**
   * Lets it be bound to an address that is not this host's, also where another one is.
   *
   * @throws IOException for want of CAP_NET_ADMIN
   */
  public void setTransparent(boolean ipv6) throws IOException {
    setOption(
        ipv6 ? Libc.SOL_IPV6 : Libc.SOL_IP, ipv6 ? Libc.IPV6_TRANSPARENT : Libc.IP_TRANSPARENT, 1);
    setOption(Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1);
  }

  /** Gives it an end of its own, instead of one of the kernel's choice at the connect. */
  public void bind(SockAddr address) throws IOException {
    checked("bind", Libc.bind(intValue(), address.address(), address.length()));
  }

  /** Sends what is written at once (TCP_NODELAY). */
  public void setNoDelay() throws IOException {
    setOption(Libc.IPPROTO_TCP, Libc.TCP_NODELAY, 1);
  }

  /**
   * Lets acknowledgements wait for data to go with, that of the handshake to begin with: a packet
   * less for who has something to say. For a socket that is about to connect.
   */
  public void acknowledgeWithData() throws IOException {
    setOption(Libc.IPPROTO_TCP, Libc.TCP_QUICKACK, 0);
  }

  /** Watches for a peer that is gone without a word. */
  public void keepAlive() throws IOException {
    keepAlive(KEEPALIVE_IDLE_SECONDS, KEEPALIVE_INTERVAL_SECONDS, USER_TIMEOUT_MILLIS);
  }

  /** Asks a peer that seems to be gone once a second, and fails when it does not answer. */
  public void keepAliveBriefly() throws IOException {
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

  /** Says that no more will be sent; what the peer sends is still read. */
  public void endOutput() throws IOException {
    checked("shutdown", Libc.shutdown(intValue(), Libc.SHUT_WR));
  }

  /** Makes close a reset. Fails only on what is no socket, or closed. */
  public void resetOnClose() throws IOException {
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
