package io.tidegate.routing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What two agents share, so that one believes what the other says of a client. */
public final class HopKey {

  public static final int BYTES = 32;
  private static final String ALGORITHM = "HmacSHA256";

  private final byte[] bytes;
  private final SecretKeySpec spec;

  /**
   * @param bytes {@link #BYTES} of them
   */
  public HopKey(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          bytes.length + " bytes of a key (expected: " + BYTES + ")");
    }
    this.bytes = bytes.clone();
    spec = new SecretKeySpec(this.bytes, ALGORITHM);
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  /** What only who has the key can make of a message, {@link #BYTES} of them. */
  public byte[] sign(byte[]... message) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(spec);
      for (byte[] part : message) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  /** A key that follows from this one and a name. */
  public HopKey derive(String name) {
    return new HopKey(sign(name.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HopKey key && Arrays.equals(key.bytes, bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Nothing of the key. */
  @Override
  public String toString() {
    return "HopKey";
  }
}
