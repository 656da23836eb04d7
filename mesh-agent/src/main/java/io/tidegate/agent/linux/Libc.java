package io.tidegate.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/**
 * The four calls of the C library that the JDK does not offer. Each returns what the call returned,
 * or the negated errno. The constants are those of x86-64 and AArch64, which agree.
 */
final class Libc {

  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int SOCK_STREAM = 1;
  static final int SOCK_NONBLOCK = 0x800;
  static final int SOCK_CLOEXEC = 0x80000;
  static final int CLONE_NEWNET = 0x40000000;

  private static final int O_RDONLY_CLOEXEC = 0x80000;
  private static final int PATH_MAX = 4096;

  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_VALUE =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPEN =
      handle("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), firstVariadic(2));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle SETNS =
      handle("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SOCKET =
      handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::allocate);

  /** Memory that a thread hands to its calls: allocated once, freed with the thread. */
  private record Scratch(MemorySegment callState, MemorySegment path) {
    static Scratch allocate() {
      Arena arena = Arena.ofAuto();
      return new Scratch(arena.allocate(CALL_STATE), arena.allocate(PATH_MAX));
    }
  }

  private Libc() {}

  /** open(2), read-only and close-on-exec. */
  static int open(String path) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= PATH_MAX) {
      return -Errno.ENAMETOOLONG;
    }
    Scratch scratch = SCRATCH.get();
    MemorySegment.copy(bytes, 0, scratch.path, JAVA_BYTE, 0, bytes.length);
    scratch.path.set(JAVA_BYTE, bytes.length, (byte) 0);
    try {
      return result(
          (int) OPEN.invokeExact(scratch.callState, scratch.path, O_RDONLY_CLOEXEC), scratch);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int close(int fd) {
    Scratch scratch = SCRATCH.get();
    try {
      return result((int) CLOSE.invokeExact(scratch.callState, fd), scratch);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int setns(int fd, int kind) {
    Scratch scratch = SCRATCH.get();
    try {
      return result((int) SETNS.invokeExact(scratch.callState, fd, kind), scratch);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int socket(int family, int type, int protocol) {
    Scratch scratch = SCRATCH.get();
    try {
      return result((int) SOCKET.invokeExact(scratch.callState, family, type, protocol), scratch);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static int result(int returned, Scratch scratch) {
    return returned >= 0 ? returned : -(int) ERRNO_VALUE.get(scratch.callState, 0L);
  }

  private static AssertionError unexpected(Throwable e) {
    return new AssertionError("a downcall of the declared type cannot throw", e);
  }

  @SuppressWarnings("restricted") // calling the C library is what this class is for
  private static MethodHandle handle(
      String name, FunctionDescriptor type, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    Linker.Option[] all = new Linker.Option[options.length + 1];
    all[0] = ERRNO;
    System.arraycopy(options, 0, all, 1, options.length);
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, all);
  }

  private static Linker.Option firstVariadic(int index) {
    return Linker.Option.firstVariadicArg(index);
  }
}
