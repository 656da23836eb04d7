package io.tidegate.header;

import io.tidegate.routing.HopKey;
import io.tidegate.routing.Protocol;
import java.util.Arrays;

/**
 * What two agents say to each other before, around and after the bytes of a client.
 *
 * <pre>
 *   asking agent                                   agent on the task's node
 *   connect ────────────────────────────────────►
 *           ◄──────────────────── challenge, {@value #CHALLENGE_BYTES} bytes
 *   … as long as nobody comes: the connection is warm …
 *   PROXY v2 header, sealed ────────────────────►  is the task here? dials it
 *           ◄──────────────── one byte: {@link HopAnswer}
 *   the client's bytes ◄──────── frames ────────►  the task's bytes
 *   end ◄───────────────────────────────────────►  end
 *           ◄──────────────────── the next challenge
 *   … warm again …
 * </pre>
 *
 * <p>A frame is its length, four bytes in the network's order, and so many bytes, 64 KiB at most. A
 * length of 0 is the end of what one side says. One of -1 begins what is said without frames, to be
 * spliced: its end is that of the connection, which serves no other client then. An end of the
 * connection between two frames counts as one of what is said, and within a frame as a reset.
 *
 * <p>For a UDP session, the header tells the port of the asking agent's own UDP socket, and behind
 * {@link HopAnswer#TAKEN} is that of the other one's. Datagrams go from one to the other as they
 * are; the connection is silent from then on, has no frames, and ends with the session.
 *
 * <pre>
 *   header, with a UDP port     ────────────────►  hears that port too, a socket to the task
 *           ◄──────────────── {@link HopAnswer#TAKEN} and a UDP port, two bytes
 *   client's datagrams ◄ ─ ─ ─ ─ ─ UDP ─ ─ ─ ─ ─►  task's datagrams
 *           ◄──────────────────────────────────►   an end: the session's
 *           ◄───────────────────────────── reset:  the task is gone
 * </pre>
 *
 * <p>The seal is an HMAC over challenge and header by a key that the asking agent got of the other
 * over mutual TLS: nobody else can make one, and none is good for a second client.
 */
public final class HopProtocol {

  public static final int CHALLENGE_BYTES = 16;
  static final int SEAL_BYTES = HopKey.BYTES;

  private HopProtocol() {}

  /** How long the answer is of an agent that takes a client. */
  public static int answerBytes(Protocol protocol) {
    return switch (protocol) {
      case TCP -> 1;
      case UDP -> 1 + Short.BYTES;
    };
  }

  /** The seal of a header: the first bytes of an array. */
  static byte[] seal(HopKey key, byte[] challenge, byte[] header, int length) {
    return key.sign(challenge, Arrays.copyOf(header, length));
  }
}
