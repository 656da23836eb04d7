package io.tidegate.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.tidegate.kernel.Downcalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * The six calls of the C library that the JDK does not offer. Each returns what the call returned,
 * or the negated errno. The constants are those of x86-64 and AArch64, which agree.
 */
final class Libc {

  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int SOCK_STREAM = 1;
  static final int SOCK_DGRAM = 2;
  static final int AF_NETLINK = 16;
  static final int SOCK_NONBLOCK = 0x800;
  static final int SOCK_CLOEXEC = 0x80000;
  static final int CLONE_NEWNET = 0x40000000;

  private static final int O_RDONLY_CLOEXEC = 0x80000;
  private static final int PATH_MAX = 4096;

  private static final MethodHandle OPEN = Downcalls.handle("open");
  private static final MethodHandle CLOSE = Downcalls.handle("close");
  private static final MethodHandle SETNS = Downcalls.handle("setns");
  private static final MethodHandle SOCKET = Downcalls.handle("socket");
  private static final MethodHandle SEND = Downcalls.handle("send");
  private static final MethodHandle RECV = Downcalls.handle("recv");

  // Memory for a path: one per thread that ever calls, freed with the thread.
  private static final ThreadLocal<MemorySegment> PATH =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(PATH_MAX));

  private Libc() {}

  /** open(2), read-only and close-on-exec. */
  static int open(String path) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= PATH_MAX) {
      return -Errno.ENAMETOOLONG;
    }
    MemorySegment memory = PATH.get();
    MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
    memory.set(JAVA_BYTE, bytes.length, (byte) 0);
    MemorySegment state = Downcalls.callState();
    try {
      return Downcalls.result(
          (long) OPEN.invokeExact(state, memory.address(), (long) O_RDONLY_CLOEXEC, 0L, 0L, 0L, 0L),
          state);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  static int close(int fd) {
    MemorySegment state = Downcalls.callState();
    try {
      return Downcalls.result(
          (long) CLOSE.invokeExact(state, (long) fd, 0L, 0L, 0L, 0L, 0L), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  static int setns(int fd, int kind) {
    MemorySegment state = Downcalls.callState();
    try {
      return Downcalls.result(
          (long) SETNS.invokeExact(state, (long) fd, (long) kind, 0L, 0L, 0L, 0L), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  static int socket(int family, int type, int protocol) {
    MemorySegment state = Downcalls.callState();
    try {
      return Downcalls.result(
          (long) SOCKET.invokeExact(state, (long) family, (long) type, (long) protocol, 0L, 0L, 0L),
          state);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** send(2) of the first bytes of a segment. */
  static int send(int fd, MemorySegment message, int length) {
    return transfer(SEND, fd, message, length);
  }

  /** recv(2) of what fits into a segment; the rest of a message is lost. */
  static int receive(int fd, MemorySegment message) {
    return transfer(RECV, fd, message, (int) message.byteSize());
  }

  private static int transfer(MethodHandle call, int fd, MemorySegment message, int length) {
    MemorySegment state = Downcalls.callState();
    try {
      return Downcalls.result(
          (long) call.invokeExact(state, (long) fd, message.address(), (long) length, 0L, 0L, 0L),
          state);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }
}
