package io.tidegate.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;

/**
 * An address as the kernel wants it (sockaddr_in, sockaddr_in6), encoded once and for every
 * connect.
 */
public final class SockAddr {

  private static final int IPV4_BYTES = 16;
  private static final int IPV6_BYTES = 28;

  private final MemorySegment memory;
  private final boolean ipv6;

  /**
   * Encodes an address.
   *
   * @param arena lives as long as any address that was encoded with it
   */
  public SockAddr(InetSocketAddress address, Arena arena) {
    byte[] host = address.getAddress().getAddress();
    ipv6 = address.getAddress() instanceof Inet6Address;
    memory = arena.allocate(ipv6 ? IPV6_BYTES : IPV4_BYTES);
    memory.set(JAVA_SHORT, 0, (short) (ipv6 ? Libc.AF_INET6 : Libc.AF_INET));
    memory.set(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), Short.BYTES, (short) address.getPort());
    MemorySegment.copy(host, 0, memory, JAVA_BYTE, ipv6 ? 8 : 4, host.length);
  }

  public boolean isIpv6() {
    return ipv6;
  }

  /** Where it is in memory, for as long as its arena. */
  public long address() {
    return memory.address();
  }

  /** In bytes, by its family. */
  public int length() {
    return (int) memory.byteSize();
  }
}
