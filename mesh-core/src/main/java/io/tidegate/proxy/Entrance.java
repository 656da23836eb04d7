package io.tidegate.proxy;

import io.netty.channel.epoll.LinuxSocket;
import io.tidegate.header.Ends;
import io.tidegate.kernel.TcpSocket;
import io.tidegate.routing.Access;
import io.tidegate.routing.Cidr;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients into a route: those who may come, by its limits. Another node that makes a detour is
 * not asked for its address: it brings the clients of many, has asked each, and has limited each.
 */
final class Entrance {

  private Entrance() {}

  /**
   * Lets a client in that was just accepted, or not.
   *
   * @param ends of its connection, where they are known
   * @param network the first 64 bits of where it comes from, in the form of {@link Cidr}
   * @param host the other 64
   */
  static Ticket admit(
      ServedRoute served,
      TcpSocket client,
      @Nullable Ends ends,
      long network,
      long host,
      long nowNanos) {
    Ticket ticket = enter(served, network, host, nowNanos);
    return ticket.isRefusedByAddress() && isNode(served, client, ends)
        ? served.limits.enterAsNode(nowNanos)
        : ticket;
  }

  /** The same for one that was accepted some time ago, or has told its ends. */
  static Ticket admit(ServedRoute served, TcpSocket client, @Nullable Ends ends, long nowNanos) {
    Cidr address = blockOf(addressOf(client, ends));
    return admit(served, client, ends, address.network(), address.host(), nowNanos);
  }

  /**
   * The same for one that others may count until now, and afterwards no more. Whether it may come
   * is asked anew.
   */
  static Ticket admitAgain(
      ServedRoute served, Ticket held, TcpSocket client, @Nullable Ends ends, long nowNanos) {
    boolean isCounted = served.limits.counts(held);
    if (isCounted && access(served).isOpen()) {
      return held;
    }
    Cidr address = blockOf(addressOf(client, ends));
    if (isCounted && mayEnter(served, client, ends, address)) {
      return held;
    }
    held.leave();
    return admit(served, client, ends, address.network(), address.host(), nowNanos);
  }

  private static boolean mayEnter(
      ServedRoute served, TcpSocket client, @Nullable Ends ends, Cidr address) {
    return access(served).admits(address.network(), address.host()) || isNode(served, client, ends);
  }

  /** The same for one that has sent a datagram. */
  static Ticket admit(ServedRoute served, UdpClient client, long nowNanos) {
    Ticket ticket = enter(served, client.network(), client.host(), nowNanos);
    return ticket.isRefusedByAddress() && isNode(served, client)
        ? served.limits.enterAsNode(nowNanos)
        : ticket;
  }

  /** Whether one that has a session already may still come. */
  static boolean mayStay(ServedRoute served, UdpClient client) {
    return access(served).admits(client.network(), client.host()) || isNode(served, client);
  }

  private static Ticket enter(ServedRoute served, long network, long host, long nowNanos) {
    return access(served).admits(network, host)
        ? served.limits.enter(SourceAddress.counted(network, host), nowNanos)
        : Ticket.DENIED;
  }

  private static Access access(ServedRoute served) {
    return served.route.policy().access();
  }

  /** Whether a client is a node that makes a detour. */
  static boolean isNode(ServedRoute served, TcpSocket client, @Nullable Ends ends) {
    return served.hasDetours() && served.isNode(addressOf(client, ends));
  }

  private static boolean isNode(ServedRoute served, UdpClient client) {
    return served.hasDetours() && served.isNode(client.address());
  }

  private static @Nullable InetSocketAddress addressOf(TcpSocket client, @Nullable Ends ends) {
    if (ends != null) {
      return ends.source();
    }
    return LinuxSocket.newSocket(client.intValue()).remoteAddress();
  }

  /** One address alone; that of nobody for a client that has none any more. */
  private static Cidr blockOf(@Nullable InetSocketAddress client) {
    return client == null ? Cidr.NOBODY : Cidr.of(client.getAddress());
  }
}
