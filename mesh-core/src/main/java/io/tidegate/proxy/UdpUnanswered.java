package io.tidegate.proxy;

import io.tidegate.kernel.UdpCalls;
import java.lang.foreign.MemorySegment;

/**
 * Of each session the datagram that it sent last, copied on its way for the case that its endpoint
 * goes away before it answers. A ring of bytes, the same however many sessions there are: what was
 * written over is gone. Sessions write to their place again while it is in the younger half, so
 * that busy ones do not use up the ring, nor more of the cache than they need.
 *
 * <pre>
 *                                 head
 *   ───────┬───────────┬───────────▼───────
 *    gone  │ kept      │ kept,       free
 *          │           │ place stays
 *   ───────┴───────────┴───────────────────
 * </pre>
 */
final class UdpUnanswered {

  /** Of the ring; what was never written to takes no memory. */
  static final int BYTES = 1 << 20;

  /** Longer datagrams are not kept: a few of them would leave no room for all others. */
  static final int LONGEST_BYTES = 2 << 10;

  private static final int LINE_BYTES = 64;

  private final UdpCalls calls = new UdpCalls();
  private final MemorySegment memory = calls.map(BYTES);
  // Counts on for ever; where in the ring is the remainder.
  private long head = BYTES;

  /** The place of one session's datagram. */
  static final class Place {
    private static final int NOTHING = -1;

    private long at;
    private int room;
    private int length = NOTHING;

    void forget() {
      length = NOTHING;
    }
  }

  /** Copies a datagram, in the place of the one before. */
  void put(Place place, MemorySegment source, long offset, int length) {
    if (length > LONGEST_BYTES) {
      place.forget();
      return;
    }
    if (length > place.room || head - place.at > BYTES / 2) {
      allot(place, length);
    }
    place.length = length;
    MemorySegment.copy(source, offset, memory, place.at % BYTES, length);
  }

  private void allot(Place place, int length) {
    int room = Math.max(length + LINE_BYTES - 1 & -LINE_BYTES, LINE_BYTES);
    int left = (int) (BYTES - head % BYTES);
    head += left < room ? left : 0;
    place.at = head;
    place.room = room;
    head += room;
  }

  /** Whether there is a datagram, and it was not written over. */
  boolean has(Place place) {
    return place.length >= 0 && head - place.at <= BYTES;
  }

  /** Sends it through a connected socket behind a header; returns its bytes or -errno. */
  int sendAgain(Place place, int fd, byte[] header, UdpFirstDatagram first) {
    return first.send(fd, header, memory, place.at % BYTES, place.length);
  }

  /** Sends it through a connected socket, if it is there. */
  void sendAgain(Place place, int fd) {
    if (has(place)) {
      calls.sendOne(fd, memory.address() + place.at % BYTES, place.length);
    }
  }
}
