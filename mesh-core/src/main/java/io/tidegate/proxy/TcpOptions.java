package io.tidegate.proxy;

import io.netty.channel.unix.Socket;
import java.io.IOException;

/**
 * The options of every TCP socket that carries a relay. Accepted sockets inherit them from their
 * listener.
 */
final class TcpOptions {

  // From linux/tcp.h.
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_KEEPIDLE = 4;
  private static final int TCP_KEEPINTVL = 5;
  private static final int TCP_KEEPCNT = 6;
  private static final int TCP_USER_TIMEOUT = 18;

  // A peer that is gone without a word is noticed after two minutes, with data under way or
  // without.
  private static final int KEEPALIVE_IDLE_SECONDS = 60;
  private static final int KEEPALIVE_INTERVAL_SECONDS = 15;
  private static final int KEEPALIVE_COUNT = 4;
  private static final int USER_TIMEOUT_MILLIS = 120_000;

  private TcpOptions() {}

  static void apply(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setKeepAlive(true);
    socket.setIntOpt(IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
    socket.setIntOpt(IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS);
    socket.setIntOpt(IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT);
    socket.setIntOpt(IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MILLIS);
  }
}
