package io.tidegate.proxy;

import io.tidegate.kernel.UdpCalls;

/** What it means when a datagram could not be sent or received. */
enum UdpFailure {
  /** Nothing was done; the same again. */
  INTERRUPTED,
  /** Nothing there to receive, or no room to send: datagrams are dropped, never queued. */
  NOT_NOW,
  /** This datagram cannot go this way, others can. */
  TOO_LONG,
  /** The other side is not there: refused, unreachable, or no way to it. */
  GONE;

  // From asm-generic/errno-base.h and errno.h.
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final int ENOMEM = 12;
  private static final int EMSGSIZE = 90;
  private static final int ENOBUFS = 105;

  /**
   * @param result negative: what a call of {@link UdpCalls} returned
   */
  static UdpFailure of(int result) {
    return switch (-result) {
      case EINTR -> INTERRUPTED;
      case EAGAIN, ENOMEM, ENOBUFS -> NOT_NOW;
      case EMSGSIZE -> TOO_LONG;
      default -> GONE;
    };
  }
}
