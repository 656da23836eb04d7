package io.tidegate.proxy;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Where listeners bind. */
final class BindAddress {

  private static final String ANY = "::";

  private BindAddress() {}

  /** The address to bind; {@code ::} is both families, or IPv4 alone on a node without IPv6. */
  static InetSocketAddress of(String host, int port) throws IOException {
    if (host.equals(ANY) && !Socket.isIPv6Preferred()) {
      return new InetSocketAddress(InetAddress.getByName("0.0.0.0"), port);
    }
    return new InetSocketAddress(InetAddress.getByName(host), port);
  }

  static boolean isIpv6(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address;
  }
}
