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
   * @param address where it comes from: {@link SourceAddress}
   */
  static Ticket admit(ServedRoute served, TcpSocket client, long address, long nowNanos) {
    Ticket ticket = served.limits.enter(address, nowNanos);
    return ticket.isRefusedBySource() && isNode(served, client)
        ? served.limits.enterAsNode(nowNanos)
        : ticket;
  }

  /** The same for one that others may count until now, and afterwards no more. */
  static Ticket admitAgain(ServedRoute served, Ticket held, TcpSocket client, long nowNanos) {
    if (served.limits.counts(held)) {
      return held;
    }
    held.leave();
    return admit(served, client, SourceAddress.of(addressOf(client)), nowNanos);
  }

  /** The same for one that has sent a datagram. */
  static Ticket admit(ServedRoute served, UdpClient client, long nowNanos) {
    Ticket ticket = served.limits.enter(client.source(), nowNanos);
    return ticket.isRefusedBySource() && served.hasDetours() && served.isNode(client.address())
        ? served.limits.enterAsNode(nowNanos)
        : ticket;
  }

  /** Whether a client is a node that makes a detour. */
  static boolean isNode(ServedRoute served, TcpSocket client) {
    return served.hasDetours() && served.isNode(addressOf(client));
  }

  private static @Nullable InetSocketAddress addressOf(TcpSocket client) {
    return LinuxSocket.newSocket(client.intValue()).remoteAddress();
  }
}
