package io.tidegate.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Finds what was said in the frames of one direction of a hop's connection, wherever reads have cut
 * them. A frame is a header, a number of {@value #HEADER_BYTES} bytes, and as many bytes as that
 * says; a client's last has none.
 */
final class FrameReader {

  static final int HEADER_BYTES = Integer.BYTES;

  /** No frame is longer. */
  static final int MOST_BYTES = Shard.BUFFER_BYTES;

  /** In place of a length: the end of what this client or its task says. */
  static final int END = 0;

  /** In place of a length: from here on there are no frames, and the end is that of the stream. */
  static final int BARE = -1;

  private int header;
  private int headerBytes;
  private int left;
  private boolean bare;
  private boolean ended;
  private int behind;

  /**
   * Moves what was said, in a part of a buffer, to the buffer's beginning.
   *
   * @param from where the part begins
   * @param to where it ends
   * @return how many bytes that are; what comes behind an end is left where it is
   * @throws IOException if a header is none
   */
  int read(ByteBuffer buffer, int from, int to) throws IOException {
    int said = 0;
    int at = from;
    while (at < to && !ended) {
      if (bare || left > 0) {
        int length = bare ? to - at : Math.min(left, to - at);
        if (at > said) {
          buffer.put(said, buffer, at, length);
        }
        said += length;
        at += length;
        left -= bare ? 0 : length;
      } else {
        readHeader(buffer.get(at++));
      }
    }
    behind = at;
    return said;
  }

  private void readHeader(byte next) throws IOException {
    header = header << Byte.SIZE | Byte.toUnsignedInt(next);
    if (++headerBytes < HEADER_BYTES) {
      return;
    }
    if (header < BARE || header > MOST_BYTES) {
      throw new IOException(
          "a frame of %d bytes (expected: at most %d)".formatted(header, MOST_BYTES));
    }
    ended = header == END;
    bare = header == BARE;
    left = Math.max(header, 0);
    header = 0;
    headerBytes = 0;
  }

  /** Where what was read last ends, or what comes behind the end begins. */
  int behind() {
    return behind;
  }

  /** Whether a frame has begun that is not over. */
  boolean isWithin() {
    return left > 0 || headerBytes > 0;
  }

  /** Whether there are no more frames. */
  boolean isBare() {
    return bare;
  }

  /** Whether an end was read. */
  boolean hasEnded() {
    return ended;
  }

  /** The next client's frames follow. */
  void renew() {
    ended = false;
  }
}
