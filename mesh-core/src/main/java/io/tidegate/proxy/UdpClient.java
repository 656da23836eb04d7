package io.tidegate.proxy;

import io.tidegate.header.Ends;
import io.tidegate.routing.PublishedPort;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a datagram, and the address that it was sent to: what a session is known by. Holds the
 * kernel's own bytes, which are compared and written back but hardly ever understood. The one that
 * looks sessions up is written over with every datagram; a session keeps a copy.
 */
final class UdpClient {

  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;

  // Spreads keys that a stranger may choose: different in every process.
  private static final long SEED = System.nanoTime() | 1;

  // struct sockaddr_in6 or sockaddr_in, by offset.
  long name0;
  long name8;
  long name16;
  int name24;
  // struct in6_addr or in_addr.
  long local0;
  long local8;
  // The port that it was sent to, where the socket is for many; else 0.
  int port;

  /**
   * Whoever sends from there.
   *
   * @param local the address that it sends to, of the same family
   */
  static UdpClient of(InetSocketAddress source, InetAddress local) {
    byte[] host = source.getAddress().getAddress();
    boolean ipv4 = host.length == 4;
    ByteBuffer name = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
    name.putShort(0, (short) (ipv4 ? AF_INET : AF_INET6)).put(ipv4 ? 4 : 8, host);
    name.order(ByteOrder.BIG_ENDIAN).putShort(2, (short) source.getPort());
    name.order(ByteOrder.nativeOrder());
    if (source.getAddress() instanceof Inet6Address scoped) {
      name.putInt(24, scoped.getScopeId());
    }
    ByteBuffer to = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    to.put(0, local.getAddress());
    UdpClient client = new UdpClient();
    // Of a sockaddr_in the rest is nothing.
    long name8 = ipv4 ? 0 : name.getLong(8);
    client.set(
        name.getLong(0), name8, name.getLong(16), name.getInt(24), to.getLong(0), to.getLong(8));
    return client;
  }

  void set(long name0, long name8, long name16, int name24, long local0, long local8) {
    this.name0 = name0;
    this.name8 = name8;
    this.name16 = name16;
    this.name24 = name24;
    this.local0 = local0;
    this.local8 = local8;
  }

  UdpClient copy() {
    UdpClient copy = new UdpClient();
    copy.set(name0, name8, name16, name24, local0, local8);
    copy.port = port;
    return copy;
  }

  /** The first 64 bits of where the client is: {@link SourceAddress}. */
  long network() {
    // The kernel's bytes are in the order of the network.
    return isIpv4() ? 0 : Long.reverseBytes(name8);
  }

  /** The other 64. */
  long host() {
    return isIpv4()
        ? SourceAddress.hostOfIpv4(Integer.reverseBytes((int) (name0 >>> 32)))
        : Long.reverseBytes(name16);
  }

  /** The address that it was sent to, of IPv4. */
  int asked() {
    return Integer.reverseBytes((int) local0);
  }

  private boolean isIpv4() {
    return (short) name0 == AF_INET;
  }

  /** The client's address, for people and for comparing; null if the kernel gave none. */
  @Nullable InetSocketAddress address() {
    ByteBuffer name = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
    name.putLong(name0).putLong(name8).putLong(name16).putInt(name24);
    boolean ipv4 = isIpv4();
    byte[] address = new byte[ipv4 ? 4 : 16];
    name.get(ipv4 ? 4 : 8, address);
    int port = name.order(ByteOrder.BIG_ENDIAN).getShort(2) & 0xffff;
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), port);
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /** Of what it sends to a published port; null if the kernel gave no addresses. */
  @Nullable Ends ends(PublishedPort published) {
    InetSocketAddress source = address();
    InetSocketAddress destination = destination(port == 0 ? published.number() : port);
    return source == null || destination == null ? null : new Ends(source, destination);
  }

  /** Where its datagrams are sent to; null if the kernel did not tell. */
  @Nullable InetSocketAddress destination(int number) {
    boolean ipv4 = isIpv4();
    ByteBuffer local = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    local.putLong(local0).putLong(local8);
    byte[] address = Arrays.copyOf(local.array(), ipv4 ? 4 : 16);
    try {
      InetAddress destination = InetAddress.getByAddress(address);
      // On a link, the client's interface is the one that it is reached by.
      return new InetSocketAddress(
          destination.isLinkLocalAddress() && !ipv4
              ? Inet6Address.getByAddress(null, address, name24)
              : destination,
          number);
    } catch (UnknownHostException e) {
      return null;
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UdpClient client
        && name0 == client.name0
        && name8 == client.name8
        && name16 == client.name16
        && name24 == client.name24
        && local0 == client.local0
        && local8 == client.local8
        && port == client.port;
  }

  @Override
  public int hashCode() {
    long hash = mix(name0 ^ SEED);
    hash = mix(hash ^ name8);
    hash = mix(hash ^ name16 ^ (long) name24 << 32);
    hash = mix(hash ^ local0);
    hash = mix(hash ^ local8 ^ port);
    return (int) (hash >>> 32);
  }

  /** The finalizer of SplitMix64: each bit in changes half of the bits out. */
  private static long mix(long bits) {
    long mixed = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return mixed ^ mixed >>> 31;
  }

  @Override
  public String toString() {
    return String.valueOf(address());
  }
}
