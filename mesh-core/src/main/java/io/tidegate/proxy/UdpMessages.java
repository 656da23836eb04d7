package io.tidegate.proxy;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.tidegate.kernel.UdpCalls;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What tells the kernel of many datagrams at once: an array of {@code struct mmsghdr}, each with
 * one buffer, and with a client's address where the socket is not connected. Written once; a
 * datagram costs a length here and there.
 */
final class UdpMessages {

  // struct mmsghdr, struct iovec, struct sockaddr_in6, struct cmsghdr with struct in6_pktinfo, all
  // 64-bit. One after another, for each message.
  private static final int NAME = 0;
  private static final int NAME_LENGTH = 8;
  private static final int IOVEC = 16;
  private static final int IOVEC_COUNT = 24;
  private static final int CONTROL = 32;
  private static final int CONTROL_LENGTH = 40;
  private static final int LENGTH = 56;
  private static final int MESSAGE_BYTES = 64;
  private static final int IOVEC_BYTES = 16;
  private static final int NAME_BYTES = 32;
  private static final int CONTROL_BYTES = 64;

  private final @Nullable UdpPacketInfo packetInfo;
  private final MemorySegment memory;
  private final int iovecs;
  private final int names;
  private final int controls;

  /**
   * @param packetInfo how clients are told; null for a connected socket
   */
  UdpMessages(UdpCalls calls, int size, @Nullable UdpPacketInfo packetInfo) {
    this.packetInfo = packetInfo;
    iovecs = size * MESSAGE_BYTES;
    names = iovecs + size * IOVEC_BYTES;
    controls = names + size * NAME_BYTES;
    memory = calls.map(controls + (long) size * CONTROL_BYTES);
    for (int i = 0; i < size; i++) {
      prepare(i);
    }
  }

  private void prepare(int i) {
    int message = i * MESSAGE_BYTES;
    setLong(message + IOVEC, memory.address() + iovec(i));
    setLong(message + IOVEC_COUNT, 1);
    if (packetInfo != null) {
      setLong(message + NAME, memory.address() + name(i));
      setLong(message + CONTROL, memory.address() + control(i));
      setInt(message + NAME_LENGTH, packetInfo.nameBytes());
      setLong(message + CONTROL_LENGTH, packetInfo.controlBytes());
      packetInfo.prepare(memory, control(i));
    }
  }

  /** Address of the i-th message and all behind it. */
  long address(int i) {
    return memory.address() + (long) i * MESSAGE_BYTES;
  }

  /** Where the i-th datagram is, or what there is room for. */
  void setBuffer(int i, long address, long bytes) {
    setLong(iovec(i), address);
    setLength(i, bytes);
  }

  void setLength(int i, long bytes) {
    setLong(iovec(i) + 8, bytes);
  }

  long buffer(int i) {
    return memory.get(JAVA_LONG_UNALIGNED, iovec(i));
  }

  int length(int i) {
    return memory.get(JAVA_INT_UNALIGNED, iovec(i) + 8L);
  }

  /** Bytes of the i-th datagram that was received. */
  int received(int i) {
    return memory.get(JAVA_INT_UNALIGNED, (long) i * MESSAGE_BYTES + LENGTH);
  }

  /** Makes room for a client's address; receiving wrote its length over. */
  void expectClient(int i) {
    setInt(i * MESSAGE_BYTES + NAME_LENGTH, packetInfo().nameBytes());
    setLong(i * MESSAGE_BYTES + CONTROL_LENGTH, CONTROL_BYTES);
  }

  /** Reads who wrote the i-th datagram, and to which address. */
  void readClient(int i, UdpClient client) {
    packetInfo().read(memory, name(i), control(i), client);
  }

  /** The same where the kernel tells the port, too. */
  void readAsking(int i, UdpClient client) {
    packetInfo().readAsking(memory, name(i), control(i), client);
  }

  /** Writes to whom the i-th datagram goes, and from which address. */
  void writeClient(int i, UdpClient client) {
    packetInfo().write(memory, name(i), control(i), client);
  }

  private UdpPacketInfo packetInfo() {
    if (packetInfo == null) {
      throw new IllegalStateException("messages of a connected socket have no addresses");
    }
    return packetInfo;
  }

  private int iovec(int i) {
    return iovecs + i * IOVEC_BYTES;
  }

  private int name(int i) {
    return names + i * NAME_BYTES;
  }

  private int control(int i) {
    return controls + i * CONTROL_BYTES;
  }

  private void setInt(int offset, int value) {
    memory.set(JAVA_INT_UNALIGNED, offset, value);
  }

  private void setLong(int offset, long value) {
    memory.set(JAVA_LONG_UNALIGNED, offset, value);
  }
}
