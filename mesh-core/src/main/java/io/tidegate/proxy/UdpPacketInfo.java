package io.tidegate.proxy;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * How the kernel writes who sent a datagram and to which address, in each family: so that answers
 * leave from the address that the client knows. A dual-stack socket speaks of IPv4 in IPv6's terms.
 */
enum UdpPacketInfo {
  /** IP_PKTINFO: interface, local address, address in the header. */
  IPV4(16, 0, 8, 12, 4),
  /** IPV6_PKTINFO: address, interface. */
  IPV6(28, 41, 50, 20, 0);

  private static final ValueLayout.OfShort BIG_ENDIAN_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int HEADER_BYTES = 16;
  private static final int IP_PKTINFO = 8;
  private static final int IPV6_RECVPKTINFO = 49;

  // Where a datagram was sent to, address and port: struct sockaddr_in or sockaddr_in6.
  private static final int IP_RECVORIGDSTADDR = 20;
  private static final int IPV6_RECVORIGDSTADDR = 74;
  private static final int PORT_OFFSET = 2;

  private final int nameBytes;
  private final int level;
  private final int type;
  private final int infoBytes;
  // Of the local address in the structure.
  private final int localOffset;

  UdpPacketInfo(int nameBytes, int level, int type, int infoBytes, int localOffset) {
    this.nameBytes = nameBytes;
    this.level = level;
    this.type = type;
    this.infoBytes = infoBytes;
    this.localOffset = localOffset;
  }

  /** Asks the kernel to tell, with each datagram that the socket receives. */
  void enable(Socket socket) throws IOException {
    socket.setIntOpt(level, this == IPV6 ? IPV6_RECVPKTINFO : IP_PKTINFO, 1);
  }

  /** The same with the port that each was sent to, which need not be the socket's own. */
  void enableAsking(Socket socket) throws IOException {
    socket.setIntOpt(level, this == IPV6 ? IPV6_RECVORIGDSTADDR : IP_RECVORIGDSTADDR, 1);
  }

  /** Bytes of a socket address. */
  int nameBytes() {
    return nameBytes;
  }

  /** Bytes of a control message, padded: CMSG_SPACE. */
  int controlBytes() {
    return HEADER_BYTES + (infoBytes + 7 & ~7);
  }

  /** Writes what is the same for every answer: interface and all else stay 0, for any. */
  void prepare(MemorySegment memory, int control) {
    memory.set(JAVA_LONG_UNALIGNED, control, HEADER_BYTES + infoBytes);
    memory.set(JAVA_INT_UNALIGNED, control + 8L, level);
    memory.set(JAVA_INT_UNALIGNED, control + 12L, type);
  }

  void read(MemorySegment memory, int name, int control, UdpClient client) {
    read(memory, name, control + (long) HEADER_BYTES + localOffset, client);
  }

  /** What {@link #enableAsking} has the kernel tell; a port of 0 if it told nothing. */
  void readAsking(MemorySegment memory, int name, int control, UdpClient client) {
    long asked = control + (long) HEADER_BYTES;
    read(memory, name, asked + (this == IPV6 ? 8 : 4), client);
    client.port = Short.toUnsignedInt(memory.get(BIG_ENDIAN_SHORT, asked + PORT_OFFSET));
  }

  private void read(MemorySegment memory, int name, long local, UdpClient client) {
    if (this == IPV6) {
      client.set(
          memory.get(JAVA_LONG_UNALIGNED, name),
          memory.get(JAVA_LONG_UNALIGNED, name + 8L),
          memory.get(JAVA_LONG_UNALIGNED, name + 16L),
          memory.get(JAVA_INT_UNALIGNED, name + 24L),
          memory.get(JAVA_LONG_UNALIGNED, local),
          memory.get(JAVA_LONG_UNALIGNED, local + 8));
    } else {
      long address = Integer.toUnsignedLong(memory.get(JAVA_INT_UNALIGNED, local));
      client.set(memory.get(JAVA_LONG_UNALIGNED, name), 0, 0, 0, address, 0);
    }
  }

  void write(MemorySegment memory, int name, int control, UdpClient client) {
    long local = control + (long) HEADER_BYTES + localOffset;
    memory.set(JAVA_LONG_UNALIGNED, name, client.name0);
    memory.set(JAVA_LONG_UNALIGNED, name + 8L, client.name8);
    memory.set(JAVA_LONG_UNALIGNED, name + 16L, client.name16);
    memory.set(JAVA_INT_UNALIGNED, name + 24L, client.name24);
    if (this == IPV6) {
      memory.set(JAVA_LONG_UNALIGNED, local, client.local0);
      memory.set(JAVA_LONG_UNALIGNED, local + 8, client.local8);
    } else {
      memory.set(JAVA_INT_UNALIGNED, local, (int) client.local0);
    }
  }
}
