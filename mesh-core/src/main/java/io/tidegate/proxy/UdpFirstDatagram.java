package io.tidegate.proxy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.tidegate.kernel.UdpCalls;
import java.lang.foreign.MemorySegment;

/** Sends datagrams behind a header, each in memory that holds both: the first to an endpoint. */
final class UdpFirstDatagram {

  private final UdpCalls calls = new UdpCalls();
  // The header has little; the kernel refuses what is longer than a datagram may be.
  private final MemorySegment memory = calls.map(2L * UdpBuffers.MAX_BYTES);

  /**
   * Sends one through a connected socket.
   *
   * @return bytes with those of the header, or the negated errno
   */
  int send(int fd, byte[] header, MemorySegment source, long offset, int length) {
    MemorySegment.copy(header, 0, memory, JAVA_BYTE, 0, header.length);
    MemorySegment.copy(source, offset, memory, header.length, length);
    return calls.sendOne(fd, memory.address(), (long) header.length + length);
  }
}
