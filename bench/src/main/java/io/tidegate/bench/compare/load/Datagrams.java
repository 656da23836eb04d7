package io.tidegate.bench.compare.load;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Datagrams that are received with one call and sent back with another, to where they came from.
 */
final class Datagrams {

  private static final int COUNT = 32;
  private static final int BYTES = 2_048;
  private static final int MSG_DONTWAIT = 0x40;

  // struct mmsghdr, struct iovec and struct sockaddr_in, 64-bit.
  private static final int MESSAGE_BYTES = 64;
  private static final int NAME_LENGTH = 8;
  private static final int IOVEC = 16;
  private static final int IOVEC_COUNT = 24;
  private static final int LENGTH = 56;
  private static final int IOVEC_BYTES = 16;
  private static final int NAME_BYTES = 16;

  private static final FunctionDescriptor SEND =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
  private static final MethodHandle SENDMMSG = handle("sendmmsg", SEND);
  private static final MethodHandle RECVMMSG =
      handle("recvmmsg", SEND.appendArgumentLayouts(JAVA_LONG));

  private final MemorySegment messages = Arena.ofAuto().allocate(COUNT * MESSAGE_BYTES, 8);
  private final MemorySegment iovecs = Arena.ofAuto().allocate(COUNT * IOVEC_BYTES, 8);
  private final MemorySegment names = Arena.ofAuto().allocate(COUNT * NAME_BYTES, 8);
  private final MemorySegment buffers = Arena.ofAuto().allocate(COUNT * BYTES, 8);

  Datagrams() {
    for (int i = 0; i < COUNT; i++) {
      long message = (long) i * MESSAGE_BYTES;
      messages.set(JAVA_LONG, message, names.address() + (long) i * NAME_BYTES);
      messages.set(JAVA_LONG, message + IOVEC, iovecs.address() + (long) i * IOVEC_BYTES);
      messages.set(JAVA_LONG, message + IOVEC_COUNT, 1);
      iovecs.set(JAVA_LONG, (long) i * IOVEC_BYTES, buffers.address() + (long) i * BYTES);
      expect(i);
    }
  }

  private void expect(int i) {
    messages.set(JAVA_INT, (long) i * MESSAGE_BYTES + NAME_LENGTH, NAME_BYTES);
    setLength(i, BYTES);
  }

  private void setLength(int i, long bytes) {
    iovecs.set(JAVA_LONG, (long) i * IOVEC_BYTES + Long.BYTES, bytes);
  }

  /** Sends back what waits; false if that was all. */
  boolean echo(int fd) {
    try {
      int received = (int) RECVMMSG.invokeExact(fd, messages.address(), COUNT, MSG_DONTWAIT, 0L);
      for (int i = 0; i < received; i++) {
        setLength(i, messages.get(JAVA_INT, (long) i * MESSAGE_BYTES + LENGTH));
      }
      if (received > 0) {
        // What is not sent is lost: whoever sent it waits in vain and says so.
        int _ = (int) SENDMMSG.invokeExact(fd, messages.address(), received, MSG_DONTWAIT);
      }
      for (int i = 0; i < received; i++) {
        expect(i);
      }
      return received == COUNT;
    } catch (Throwable e) {
      throw new AssertionError("a downcall of the declared type cannot throw", e);
    }
  }

  @SuppressWarnings("restricted") // The JVM runs with --enable-native-access.
  private static MethodHandle handle(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }
}
