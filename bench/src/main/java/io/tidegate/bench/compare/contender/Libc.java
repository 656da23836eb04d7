package io.tidegate.bench.compare.contender;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The two calls of the C library that the JDK does not offer. */
final class Libc {

  static final int SIGINT = 2;
  static final int SIGCONT = 18;
  static final int SIGSTOP = 19;

  // From linux/posix-timers.h: the clock of a process counts what all its threads have run,
  // also those that have ended; in nanoseconds, where /proc/<pid>/stat counts in 10 ms.
  private static final int CPUCLOCK_SCHED = 2;

  private static final MethodHandle CLOCK_GETTIME =
      handle("clock_gettime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle KILL =
      handle("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MemorySegment TIMESPEC = Arena.global().allocate(16, 8);

  private Libc() {}

  /** CPU time that a process has used, user and system; -1 if there is no such process. */
  static synchronized long cpuNanos(long pid) {
    int clock = ((int) ~pid << 3) | CPUCLOCK_SCHED;
    try {
      if ((int) CLOCK_GETTIME.invokeExact(clock, TIMESPEC) != 0) {
        return -1;
      }
    } catch (Throwable e) {
      throw unexpected(e);
    }
    return TIMESPEC.get(JAVA_LONG, 0) * 1_000_000_000 + TIMESPEC.get(JAVA_LONG, 8);
  }

  static void kill(long pid, int signal) {
    try {
      int _ = (int) KILL.invokeExact((int) pid, signal);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static AssertionError unexpected(Throwable e) {
    return new AssertionError("a downcall of the declared type cannot throw", e);
  }

  @SuppressWarnings("restricted") // calling the C library is what this class is for
  private static MethodHandle handle(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }
}
