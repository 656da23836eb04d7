package io.tidegate.routing;

import java.util.Arrays;
import javax.crypto.spec.SecretKeySpec;

/** What two agents share, so that one believes what the other says of a client. */
public final class HopKey {

  public static final int BYTES = 32;
  public static final String ALGORITHM = "HmacSHA256";

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

  /** For {@link javax.crypto.Mac}. */
  public SecretKeySpec spec() {
    return spec;
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
