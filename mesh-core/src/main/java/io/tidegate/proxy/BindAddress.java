package io.tidegate.proxy;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Where listeners bind. */
final class BindAddress {

  private static final String ANY = "::";
  // RFC 863.
  private static final int DISCARD = 9;

  private BindAddress() {}

  /** The address to bind; {@code ::} is both families, or IPv4 alone on a node without IPv6. */
  static InetSocketAddress of(String host, int port) throws IOException {
    if (host.equals(ANY) && !Socket.isIPv6Preferred()) {
      return new InetSocketAddress(InetAddress.getByName("0.0.0.0"), port);
    }
    return new InetSocketAddress(InetAddress.getByName(host), port);
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
