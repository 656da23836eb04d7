package io.tidegate.proxy;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/** Calls of the C library through the Foreign Function & Memory API, with their errno. */
public final class Downcalls {

  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final VarHandle ERRNO_VALUE =
      Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));

  // One per thread that ever calls, and never freed while the thread lives.
  private static final ThreadLocal<MemorySegment> CALL_STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

  private Downcalls() {}

  /** A handle whose first argument is {@link #callState()}; the others are those of the type. */
  @SuppressWarnings("restricted") // The JVM runs with --enable-native-access.
  public static MethodHandle handle(
      String name, FunctionDescriptor type, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    Linker.Option[] all = new Linker.Option[options.length + 1];
    all[0] = ERRNO;
    System.arraycopy(options, 0, all, 1, options.length);
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, all);
  }

  /** Where the calling thread's calls leave their errno. */
  public static MemorySegment callState() {
    return CALL_STATE.get();
  }

  /** What a call returned, or its negated errno where it returned less than 0. */
  public static int result(int returned, MemorySegment callState) {
    return returned >= 0 ? returned : -(int) ERRNO_VALUE.get(callState, 0L);
  }

  /** For what a call of the declared type cannot throw. */
  public static AssertionError unexpected(Throwable e) {
    return new AssertionError("a downcall of the declared type cannot throw", e);
  }

  static FunctionDescriptor ints(int count) {
    MemoryLayout[] arguments = new MemoryLayout[count];
    Arrays.fill(arguments, JAVA_INT);
    return FunctionDescriptor.of(JAVA_INT, arguments);
  }
}
