package io.tidegate.proxy;

import io.tidegate.kernel.UdpCalls;
import java.lang.foreign.MemorySegment;

/** Room for as many datagrams as one system call moves, each of any length that there is. */
final class UdpBuffers {

  /** The largest datagram there is, and room to spare. */
  static final int MAX_BYTES = 65_536;

  // Apart by more than a power of two, or all datagrams would share the same few lines of cache.
  private static final int STRIDE = MAX_BYTES + 128;

  final MemorySegment memory;

  UdpBuffers(UdpCalls calls, int count) {
    memory = calls.map((long) count * STRIDE);
  }

  long address(int i) {
    return memory.address() + (long) i * STRIDE;
  }

  /** Where in the memory an address is. */
  long offset(long address) {
    return address - memory.address();
  }
}
