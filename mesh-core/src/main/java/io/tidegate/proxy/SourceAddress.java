package io.tidegate.proxy;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where a client comes from, as one number: an IPv4 address, or the first 64 bits of one of IPv6, a
 * network of which one subscriber has all. No network of IPv6 begins with 32 bits of zero, so that
 * the two do not meet.
 */
final class SourceAddress {

  /** Of a client that has no address any more. */
  static final long NONE = 0;

  // What accept(2) tells through Netty: the length of what follows, the address, and the port.
  private static final int IPV4_AND_PORT = 8;

  private static final int IPV4_BYTES = 4;
  private static final int MAPPED = 0xffff;

  private SourceAddress() {}

  /** The address of an accepted client, as Netty has it. */
  static long ofAccepted(byte[] address) {
    return address[0] == IPV4_AND_PORT ? number(address, 1, 4) : number(address, 1, 8);
  }

  static long of(@Nullable InetSocketAddress client) {
    if (client == null) {
      return NONE;
    }
    byte[] address = client.getAddress().getAddress();
    return address.length == IPV4_BYTES
        ? number(address, 0, 4)
        : ofIpv6(ByteBuffer.wrap(address).getLong(), ByteBuffer.wrap(address).getLong(8));
  }

  /** An address of IPv6, or one of IPv4 as a socket of both families has it. */
  static long ofIpv6(long network, long host) {
    return network == 0 && host >>> 32 == MAPPED ? ofIpv4((int) host) : network;
  }

  static long ofIpv4(int address) {
    return Integer.toUnsignedLong(address);
  }

  private static long number(byte[] bytes, int from, int count) {
    long number = 0;
    for (int i = from; i < from + count; i++) {
      number = (number << 8) | (bytes[i] & 0xff);
    }
    return number;
  }
}
