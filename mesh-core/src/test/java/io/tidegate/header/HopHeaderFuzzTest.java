package io.tidegate.header;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tidegate.routing.HopKey;
import java.util.Arrays;

/**
 * Whatever comes to where hops are taken is read or refused, and nothing else happens. {@code
 * ./mvnw verify} tries the corpus; to look for more:
 *
 * <pre>
 *   JAZZER_FUZZ=1 ./mvnw test -pl mesh-core -Dtest=HopHeaderFuzzTest
 * </pre>
 */
class HopHeaderFuzzTest {

  private static final HopKey SECRET = new HopKey(new byte[HopKey.BYTES]);
  private static final byte[] CHALLENGE = new byte[HopProtocol.CHALLENGE_BYTES];

  @FuzzTest(maxDuration = "10m")
  void readsOrRefusesAnything(byte[] said) throws Exception {
    if (said.length < HopHeader.PREFIX_BYTES) {
      return;
    }
    try {
      int length = HopHeader.length(said);
      assertThat(length).isBetween(HopHeader.PREFIX_BYTES, HopHeader.MOST_BYTES);
      if (length <= said.length) {
        read(Arrays.copyOf(said, length));
      }
    } catch (HopHeaderException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  /** Nobody has sealed it, so nobody is believed; what was read can be told. */
  private static void read(byte[] bytes) throws HopHeaderException {
    HopHeader header = HopHeader.read(bytes);
    HopKey key = SECRET.derive(header.caller());
    assertThat(HopHeader.isSealed(bytes, key, CHALLENGE)).isFalse();

    byte[] sealed = header.sealed(key, CHALLENGE);
    assertThat(HopHeader.length(sealed)).isEqualTo(sealed.length);
    assertThat(HopHeader.read(sealed)).isEqualTo(header);
    assertThat(HopHeader.isSealed(sealed, key, CHALLENGE)).isTrue();
  }
}
