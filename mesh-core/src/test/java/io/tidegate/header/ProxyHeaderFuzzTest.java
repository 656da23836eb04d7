package io.tidegate.header;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tidegate.header.ProxyHeaderReader.Extent;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Whatever a client begins with is read or refused, and nothing else happens. {@code ./mvnw verify}
 * tries the corpus; to look for more:
 *
 * <pre>
 *   JAZZER_FUZZ=1 ./mvnw test -pl mesh-core -Dtest=ProxyHeaderFuzzTest
 * </pre>
 */
class ProxyHeaderFuzzTest {

  private static final int LONGEST = 16 + ProxyHeaderReader.MOST_BINARY_BYTES;

  @FuzzTest(maxDuration = "10m")
  void readsOrRefusesAnything(byte[] said) {
    ByteBuffer bytes = ByteBuffer.wrap(said);
    Extent extent = ProxyHeaderReader.extent(bytes, said.length);
    // It is the same by whatever steps it comes.
    for (int i = 0; i < Math.min(said.length, 200); i++) {
      Extent earlier = ProxyHeaderReader.extent(bytes, i);
      assertThat(earlier)
          .isIn(
              switch (extent) {
                case ABSENT -> new Extent[] {Extent.UNDECIDED, Extent.ABSENT};
                case UNDECIDED -> new Extent[] {Extent.UNDECIDED};
                case BEGUN -> new Extent[] {Extent.UNDECIDED, Extent.BEGUN};
                case WHOLE -> new Extent[] {Extent.UNDECIDED, Extent.BEGUN, Extent.WHOLE};
                case OVERSIZED -> new Extent[] {Extent.UNDECIDED, Extent.BEGUN, Extent.OVERSIZED};
              });
    }
    if (extent == Extent.WHOLE) {
      read(bytes, said);
    }
  }

  private static void read(ByteBuffer bytes, byte[] said) {
    int length = ProxyHeaderReader.length(bytes);
    assertThat(length).isBetween(1, Math.min(said.length, LONGEST));
    try {
      Ends ends = ProxyHeaderReader.read(Arrays.copyOf(said, length));
      if (ends != null) {
        // What was read can be told.
        byte[] again = new ProxyHeaders().version1(ends);
        assertThat(ProxyHeaderReader.read(again)).isEqualTo(ends);
      }
    } catch (ProtocolException e) {
      assertThat(e).hasNoSuppressedExceptions();
    }
  }
}
