package io.tidegate.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The calls of the C library that move many datagrams at once, which Netty offers to its channels
 * alone. Each returns what the call returned, or the negated errno; none allocates. For one thread.
 */
public final class UdpCalls {

  private static final long MSG_DONTWAIT = 0x40;
  private static final long MSG_ERRQUEUE = 0x2000;
  private static final long PROT_READ_WRITE = 3;
  // MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
  private static final long MAP_FLAGS = 0x2 | 0x20 | 0x4000;
  private static final long NO_FILE = -1;
  private static final long MAP_FAILED = -1;

  private static final MethodHandle SENDMMSG = Downcalls.handle("sendmmsg");
  private static final MethodHandle RECVMMSG = Downcalls.handle("recvmmsg");
  private static final MethodHandle RECV = Downcalls.handle("recv");
  private static final MethodHandle SEND = Downcalls.handle("send");
  private static final MethodHandle MMAP = Downcalls.handle("mmap");

  private final MemorySegment callState = Downcalls.newCallState();

  /** Memory of its own that is not there before it is written to, and never given back. */
  @SuppressWarnings("restricted") // The size is the one that was asked for.
  public MemorySegment map(long bytes) {
    long address;
    try {
      address =
          (long) MMAP.invokeExact(callState, 0L, bytes, PROT_READ_WRITE, MAP_FLAGS, NO_FILE, 0L);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
    if (address == MAP_FAILED) {
      throw new OutOfMemoryError(
          "mmap of " + bytes + " bytes: errno " + -Downcalls.result(address, callState));
    }
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  /** recvmmsg(2) of an array of {@code struct mmsghdr} at the address. */
  public int receive(int fd, long messages, int count) {
    try {
      return Downcalls.result(
          (long)
              RECVMMSG.invokeExact(
                  callState, (long) fd, messages, (long) count, MSG_DONTWAIT, 0L, 0L),
          callState);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** sendmmsg(2) of an array of {@code struct mmsghdr} at the address. */
  public int send(int fd, long messages, int count) {
    try {
      return Downcalls.result(
          (long)
              SENDMMSG.invokeExact(
                  callState, (long) fd, messages, (long) count, MSG_DONTWAIT, 0L, 0L),
          callState);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** recv(2): one datagram, whose length is returned. */
  public int receiveOne(int fd, long buffer, int capacity) {
    return receiveOne(fd, buffer, capacity, MSG_DONTWAIT);
  }

  /** Takes from the socket's error queue what an ICMP message quoted of a datagram, if anything. */
  public void dropError(int fd, long buffer, int capacity) {
    int _ = receiveOne(fd, buffer, capacity, MSG_ERRQUEUE | MSG_DONTWAIT);
  }

  private int receiveOne(int fd, long buffer, long capacity, long flags) {
    try {
      return Downcalls.result(
          (long) RECV.invokeExact(callState, (long) fd, buffer, capacity, flags, 0L, 0L),
          callState);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** send(2) through a connected socket. */
  public int sendOne(int fd, long buffer, long length) {
    try {
      return Downcalls.result(
          (long) SEND.invokeExact(callState, (long) fd, buffer, length, MSG_DONTWAIT, 0L, 0L),
          callState);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }
}
