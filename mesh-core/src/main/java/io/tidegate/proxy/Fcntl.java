package io.tidegate.proxy;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** The two fcntl(2) commands that Netty does not offer. */
final class Fcntl {

  // From linux/fcntl.h.
  private static final int F_SETPIPE_SZ = 1031;
  private static final int F_GETPIPE_SZ = 1032;

  @SuppressWarnings("restricted") // The JVM runs with --enable-native-access.
  private static final MethodHandle FCNTL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("fcntl"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
              Linker.Option.firstVariadicArg(2));

  private Fcntl() {}

  /**
   * Asks for a pipe's size and returns the size that it has then: the kernel may round it, or
   * refuse.
   */
  static int setPipeSize(int fd, int bytes) {
    int granted = fcntl(fd, F_SETPIPE_SZ, bytes);
    return granted > 0 ? granted : Math.max(fcntl(fd, F_GETPIPE_SZ, 0), 0);
  }

  private static int fcntl(int fd, int command, int argument) {
    try {
      return (int) FCNTL.invokeExact(fd, command, argument);
    } catch (Throwable e) {
      throw new AssertionError("a downcall of the declared type cannot throw", e);
    }
  }
}
