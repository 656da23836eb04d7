package io.tidegate.proxy;

import io.netty.channel.epoll.LinuxSocket;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients into a route by its limits. Another node that makes a detour is not limited by its
 * address: it brings the clients of many, and has limited each.
 */
final class Entrance {

  private Entrance() {}

  /**
   * Lets a client in that was just accepted, or not.
   *
   * @param ends of its connection, where they are known
   * @param address where it comes from: {@link SourceAddress}
   */
  static Ticket admit(
      ServedRoute served, TcpSocket client, @Nullable Ends ends, long address, long nowNanos) {
    Ticket ticket = served.limits.enter(address, nowNanos);
    return ticket.isRefusedBySource() && isNode(served, client, ends)
        ? served.limits.enterAsNode(nowNanos)
        : ticket;
  }

  /** The same for one that others may count until now, and afterwards no more. */
  static Ticket admitAgain(
      ServedRoute served, Ticket held, TcpSocket client, @Nullable Ends ends, long nowNanos) {
    if (served.limits.counts(held)) {
      return held;
    }
    held.leave();
    long address = SourceAddress.of(addressOf(client, ends));
    return admit(served, client, ends, address, nowNanos);
  }

  /** The same for one that has sent a datagram. */
  static Ticket admit(ServedRoute served, UdpClient client, long nowNanos) {
    Ticket ticket = served.limits.enter(client.source(), nowNanos);
    return ticket.isRefusedBySource() && served.hasDetours() && served.isNode(client.address())
        ? served.limits.enterAsNode(nowNanos)
        : ticket;
  }

  /** Whether a client is a node that makes a detour. */
  static boolean isNode(ServedRoute served, TcpSocket client, @Nullable Ends ends) {
    return served.hasDetours() && served.isNode(addressOf(client, ends));
  }

  private static @Nullable InetSocketAddress addressOf(TcpSocket client, @Nullable Ends ends) {
    if (ends != null) {
      return ends.source();
    }
    return LinuxSocket.newSocket(client.intValue()).remoteAddress();
  }
}
