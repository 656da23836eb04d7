package io.tidegate.proxy;

/**
 * Where a client comes from. All of it are two numbers, as {@link io.tidegate.routing.Cidr} has
 * them; what limits count by is one: an IPv4 address, or the first 64 bits of one of IPv6, a
 * network of which one subscriber has all. No network of IPv6 begins with 32 bits of zero, so that
 * the two do not meet.
 */
final class SourceAddress {

  // What accept(2) tells through Netty: the length of what follows, the address, and the port.
  private static final int IPV4_AND_PORT = 8;

  private static final long MAPPED = 0xffffL << Integer.SIZE;

  private SourceAddress() {}

  /** The first 64 bits of the address of an accepted client, as Netty has it. */
  static long networkOf(byte[] accepted) {
    return accepted[0] == IPV4_AND_PORT ? 0 : number(accepted, 1, 8);
  }

  /** The other 64. */
  static long hostOf(byte[] accepted) {
    return accepted[0] == IPV4_AND_PORT
        ? hostOfIpv4((int) number(accepted, 1, 4))
        : number(accepted, 9, 8);
  }

  /** The same of an address of IPv4. */
  static long hostOfIpv4(int address) {
    return MAPPED | Integer.toUnsignedLong(address);
  }

  /** What limits count by. */
  static long counted(long network, long host) {
    boolean isIpv4 = network == 0 && host >>> Integer.SIZE == MAPPED >>> Integer.SIZE;
    return isIpv4 ? Integer.toUnsignedLong((int) host) : network;
  }

  private static long number(byte[] bytes, int from, int count) {
    long number = 0;
    for (int i = from; i < from + count; i++) {
      number = (number << 8) | (bytes[i] & 0xff);
    }
    return number;
  }
}
