package io.tidegate.proxy;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Where listeners bind. */
final class BindAddress {

  // RFC 863.
  private static final int DISCARD = 9;

  private BindAddress() {}

  /** The address to bind; {@code ::} is both families, or IPv4 alone on a node without IPv6. */
  static InetSocketAddress of(String host, int port) {
    return of(InetAddress.ofLiteral(host), port);
  }

  /** The same for an address that is known. */
  static InetSocketAddress of(InetAddress host, int port) {
    boolean isAny = host instanceof Inet6Address && host.isAnyLocalAddress();
    return new InetSocketAddress(
        isAny && !Socket.isIPv6Preferred() ? InetAddress.ofLiteral("0.0.0.0") : host, port);
  }

  /**
   * Whether two are the same; the one of another interface is another, which their own equality
   * misses.
   */
  static boolean isSame(InetSocketAddress one, InetSocketAddress other) {
    return one.equals(other) && scope(one) == scope(other);
  }

  private static int scope(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address scoped ? scoped.getScopeId() : 0;
  }

  /** An address that a listener can be connected to so that it hears of nobody any more. */
  static InetSocketAddress nobody(InetSocketAddress listener) throws IOException {
    String loopback = isIpv6(listener) ? "::1" : "127.0.0.1";
    InetAddress own = listener.getAddress();
    return new InetSocketAddress(
        own.isAnyLocalAddress() ? InetAddress.getByName(loopback) : own, DISCARD);
  }

  static boolean isIpv6(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address;
  }
}
