package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Random;

/** A stream of bytes as long as one likes, the same for the same seed. */
final class ByteStream {

  static final int MIB = 1 << 20;

  private static final int BLOCK_BYTES = 1 << 16;

  private final Random random;
  private final byte[] block = new byte[BLOCK_BYTES];
  private final byte[] seen = new byte[BLOCK_BYTES];

  ByteStream(long seed) {
    random = new Random(seed);
  }

  /** Writes the next so many. */
  void write(OutputStream out, int mib) throws IOException {
    for (int i = 0; i < mib * (MIB / BLOCK_BYTES); i++) {
      random.nextBytes(block);
      out.write(block);
    }
  }

  /** Reads the next so many, and fails where they are others. */
  void expect(InputStream in, int mib) throws IOException {
    for (int i = 0; i < mib * (MIB / BLOCK_BYTES); i++) {
      random.nextBytes(block);
      assertThat(in.readNBytes(seen, 0, BLOCK_BYTES)).isEqualTo(BLOCK_BYTES);
      assertThat(seen).isEqualTo(block);
    }
  }
}
