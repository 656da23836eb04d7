package io.tidegate.bench.compare.load;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks of a task, as 64 bytes: the kind (int), the length (int), the position of the
 * first byte in the pattern (long), and 48 bytes of the pattern itself.
 *
 * @param length of the answer in bytes; 0 where it does not end by itself
 * @param position in the pattern, where answer or upload begin
 */
record Request(Kind kind, int length, long position) {

  enum Kind {
    /** Send that many bytes and expect the next request. */
    ANSWER(1),
    /** Send without end, until a request to stop. */
    SOURCE(2),
    /** Finish. */
    STOP(3),
    /** Everything that follows is payload, to the end of the stream. */
    SINK(4);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    private static @Nullable Kind of(int code) {
      return switch (code) {
        case 1 -> ANSWER;
        case 2 -> SOURCE;
        case 3 -> STOP;
        case 4 -> SINK;
        default -> null;
      };
    }
  }

  static final int BYTES = 64;

  private static final int HEAD_BYTES = 16;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  void writeTo(MemorySegment memory) {
    memory.set(INT, 0, kind.code);
    memory.set(INT, 4, length);
    memory.set(LONG, 8, position);
    int rest = BYTES - HEAD_BYTES;
    MemorySegment.copy(Pattern.at(position, rest), 0, memory, HEAD_BYTES, rest);
  }

  /**
   * Reads what a client has written.
   *
   * @throws PayloadException if these are not the bytes that a client sent
   */
  static Request readFrom(MemorySegment memory, int from) throws PayloadException {
    Kind kind = Kind.of(memory.get(INT, from));
    long position = memory.get(LONG, from + 8L);
    if (kind == null
        || position < 0
        || !Pattern.matches(memory, from + HEAD_BYTES, BYTES - HEAD_BYTES, position)) {
      throw new PayloadException("a request arrived with other bytes than were sent");
    }
    return new Request(kind, memory.get(INT, from + 4L), position);
  }
}
