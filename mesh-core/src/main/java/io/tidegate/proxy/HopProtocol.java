package io.tidegate.proxy;

import io.tidegate.routing.HopKey;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;

/**
 * What two agents say to each other before a client's bytes pass between them.
 *
 * <pre>
 *   asking agent                                   agent on the task's node
 *   connect ────────────────────────────────────►
 *           ◄──────────────────── challenge, {@value #CHALLENGE_BYTES} bytes
 *   … as long as nobody comes: the connection is warm …
 *   PROXY v2 header, sealed ────────────────────►  is the task here? dials it
 *           ◄──────────────── one byte: {@link HopAnswer}
 *   the client's bytes ◄────────────────────────►  the task's bytes
 * </pre>
 *
 * <p>The seal is an HMAC over challenge and header by a key that the asking agent got of the other
 * over mutual TLS: nobody else can make one, and none is good for a second connection.
 */
final class HopProtocol {

  static final int CHALLENGE_BYTES = 16;
  static final int SEAL_BYTES = 32;

  private HopProtocol() {}

  /** The seal of a header: the first bytes of an array. */
  static byte[] seal(HopKey key, byte[] challenge, byte[] header, int length) {
    try {
      Mac mac = Mac.getInstance(HopKey.ALGORITHM);
      mac.init(key.spec());
      mac.update(challenge);
      mac.update(header, 0, length);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + HopKey.ALGORITHM, e);
    }
  }

  /** A key that follows from another and a name. */
  static HopKey derive(HopKey from, byte[] name) {
    return new HopKey(Arrays.copyOf(seal(from, new byte[0], name, name.length), HopKey.BYTES));
  }
}
