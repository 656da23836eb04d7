package io.tidegate.agent.demo;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** The terminal that standard output leads to, if it is one. */
final class Terminal {

  private static final int STANDARD_OUTPUT = 1;
  private static final long TIOCGWINSZ = 0x5413;
  private static final Size USUAL = new Size(80, 24);

  @SuppressWarnings("restricted") // The JDK tells a terminal from a pipe, but not its size.
  private static final MethodHandle IOCTL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("ioctl"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.ADDRESS),
              Linker.Option.firstVariadicArg(2));

  /** Columns and rows of characters. */
  record Size(int columns, int rows) {}

  private Terminal() {}

  /** How large it is now, or null if standard output is no terminal. */
  static @Nullable Size size() {
    try (Arena arena = Arena.ofConfined()) {
      // struct winsize: rows, columns, and two that nobody fills.
      MemorySegment winsize = arena.allocate(ValueLayout.JAVA_SHORT, 4);
      int result = (int) IOCTL.invokeExact(STANDARD_OUTPUT, TIOCGWINSZ, winsize);
      if (result != 0) {
        return null;
      }
      int rows = Short.toUnsignedInt(winsize.getAtIndex(ValueLayout.JAVA_SHORT, 0));
      int columns = Short.toUnsignedInt(winsize.getAtIndex(ValueLayout.JAVA_SHORT, 1));
      return rows == 0 || columns == 0 ? USUAL : new Size(columns, rows);
    } catch (Throwable e) {
      throw new IllegalStateException("ioctl(TIOCGWINSZ)", e);
    }
  }
}
