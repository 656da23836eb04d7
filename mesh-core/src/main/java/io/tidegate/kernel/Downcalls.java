package io.tidegate.kernel;

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
 * Calls of the C library through the Foreign Function & Memory API, with their errno.
 *
 * <p>All are of one type: six words in, one out. For each type the JVM makes code at every start,
 * which takes 5 ms, and no AOT cache keeps it. Both architectures pass integers and addresses in
 * registers of 64 bits, where a call looks at as many of them, and of their bits, as it knows;
 * variadic or not.
 */
public final class Downcalls {

  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout CALL_STATE_LAYOUT = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_VALUE =
      CALL_STATE_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  // One per thread that ever calls, and never freed while the thread lives.
  private static final ThreadLocal<MemorySegment> CALL_STATE =
      ThreadLocal.withInitial(Downcalls::newCallState);

  private Downcalls() {}

  /**
   * A handle of the type {@code (MemorySegment, long, long, long, long, long, long) long}: first
   * {@link #callState()}, then the arguments, 0 for those that there are not.
   */
  @SuppressWarnings("restricted") // The JVM runs with --enable-native-access.
  public static MethodHandle handle(String name) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), TYPE, ERRNO);
  }

  /** Where the calling thread's calls leave their errno. */
  public static MemorySegment callState() {
    return CALL_STATE.get();
  }

  /** The same for whoever keeps it and calls from one thread only. */
  static MemorySegment newCallState() {
    return Arena.ofAuto().allocate(CALL_STATE_LAYOUT);
  }

  /** What a call returned as an int, or its negated errno where that is less than 0. */
  public static int result(long returned, MemorySegment callState) {
    int value = (int) returned;
    return value >= 0 ? value : -(int) ERRNO_VALUE.get(callState, 0L);
  }

  /** For what a call of the declared type cannot throw. */
  public static AssertionError unexpected(Throwable e) {
    return new AssertionError("a downcall of the declared type cannot throw", e);
  }
}
