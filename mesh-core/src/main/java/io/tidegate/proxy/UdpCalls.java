package io.tidegate.proxy;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The calls of the C library that move many datagrams at once, which Netty offers to its channels
 * alone. Each returns what the call returned, or the negated errno; none allocates. For one thread.
 */
final class UdpCalls {

  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_ERRQUEUE = 0x2000;
  private static final int PROT_READ_WRITE = 3;
  // MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
  private static final int MAP_FLAGS = 0x2 | 0x20 | 0x4000;

  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final FunctionDescriptor SEND_TYPE =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
  private static final MethodHandle SENDMMSG = handle("sendmmsg", SEND_TYPE);
  private static final MethodHandle RECVMMSG =
      handle("recvmmsg", SEND_TYPE.appendArgumentLayouts(JAVA_LONG));
  private static final FunctionDescriptor ONE_TYPE =
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle RECV = handle("recv", ONE_TYPE);
  private static final MethodHandle SEND = handle("send", ONE_TYPE);
  private static final MethodHandle MMAP =
      handle(
          "mmap",
          FunctionDescriptor.of(
              ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));

  private final MemorySegment callState = Arena.ofAuto().allocate(CALL_STATE);

  /** Memory of its own that is not there before it is written to, and never given back. */
  @SuppressWarnings("restricted") // The size is the one that was asked for.
  MemorySegment map(long bytes) {
    try {
      MemorySegment mapped =
          (MemorySegment)
              MMAP.invokeExact(callState, 0L, bytes, PROT_READ_WRITE, MAP_FLAGS, -1, 0L);
      if (mapped.address() == -1) {
        throw new OutOfMemoryError("mmap of " + bytes + " bytes: errno " + errno());
      }
      return mapped.reinterpret(bytes);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** recvmmsg(2) of an array of {@code struct mmsghdr} at the address. */
  int receive(int fd, long messages, int count) {
    try {
      return result((int) RECVMMSG.invokeExact(callState, fd, messages, count, MSG_DONTWAIT, 0L));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** sendmmsg(2) of an array of {@code struct mmsghdr} at the address. */
  int send(int fd, long messages, int count) {
    try {
      return result((int) SENDMMSG.invokeExact(callState, fd, messages, count, MSG_DONTWAIT));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** recv(2): one datagram, whose length is returned. */
  int receiveOne(int fd, long buffer, int capacity) {
    return receiveOne(fd, buffer, capacity, MSG_DONTWAIT);
  }

  /** Takes from the socket's error queue what an ICMP message quoted of a datagram, if anything. */
  void dropError(int fd, long buffer, int capacity) {
    int _ = receiveOne(fd, buffer, capacity, MSG_ERRQUEUE | MSG_DONTWAIT);
  }

  private int receiveOne(int fd, long buffer, long capacity, int flags) {
    try {
      return result((int) (long) RECV.invokeExact(callState, fd, buffer, capacity, flags));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** send(2) through a connected socket. */
  int sendOne(int fd, long buffer, long length) {
    try {
      return result((int) (long) SEND.invokeExact(callState, fd, buffer, length, MSG_DONTWAIT));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private int result(int returned) {
    return returned >= 0 ? returned : -errno();
  }

  private int errno() {
    return (int) ERRNO.get(callState, 0L);
  }

  private static Error unexpected(Throwable e) {
    return e instanceof Error error
        ? error
        : new AssertionError("a downcall of the declared type cannot throw", e);
  }

  @SuppressWarnings("restricted") // The JVM runs with --enable-native-access.
  private static MethodHandle handle(String name, FunctionDescriptor type) {
    return Linker.nativeLinker()
        .downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow(name),
            type,
            Linker.Option.captureCallState("errno"));
  }
}
