package io.tidegate.header;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.routing.HopKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HopHeaderTest {

  private static final HopKey SECRET = new HopKey(new byte[HopKey.BYTES]);
  private static final HopKey KEY = SECRET.derive("node-1");
  private static final byte[] CHALLENGE = "sixteen bytes..!".getBytes(StandardCharsets.US_ASCII);

  @Test
  void readsWhatWasWritten() throws Exception {
    for (HopHeader header :
        new HopHeader[] {
          header(ends("192.0.2.7", "198.51.100.1")),
          header(ends("2001:db8::7", "2001:db8::1")),
          header(null),
          udpHeader(ends("192.0.2.7", "198.51.100.1")),
          udpHeader(ends("2001:db8::7", "192.0.2.1"))
        }) {
      byte[] bytes = header.sealed(KEY, CHALLENGE);
      assertThat(HopHeader.length(bytes)).isEqualTo(bytes.length);
      assertThat(HopHeader.read(bytes)).isEqualTo(header);
      assertThat(HopHeader.isSealed(bytes, KEY, CHALLENGE)).isTrue();
    }
  }

  @Test
  void isAProxyHeaderThatOthersCanRead() {
    byte[] bytes = header(ends("192.0.2.7", "198.51.100.1")).sealed(KEY, CHALLENGE);
    assertThat(Arrays.copyOf(bytes, 28))
        .containsExactly(
            0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11,
            bytes[14], bytes[15], 192, 0, 2, 7, 198, 51, 100, 1, 0x9c, 0x40, 0x1f, 0x90);
  }

  @Test
  void isBelievedOnlyWithItsSeal() {
    byte[] bytes = header(ends("192.0.2.7", "198.51.100.1")).sealed(KEY, CHALLENGE);
    byte[] otherChallenge = CHALLENGE.clone();
    otherChallenge[3]++;
    assertThat(HopHeader.isSealed(bytes, KEY, otherChallenge)).isFalse();
    assertThat(HopHeader.isSealed(bytes, SECRET.derive("node-2"), CHALLENGE)).isFalse();
    for (int i = 0; i < bytes.length; i++) {
      byte[] changed = bytes.clone();
      changed[i] ^= 1;
      boolean isPartOfTheSealsName = i >= bytes.length - 35 && i < bytes.length - 32;
      assertThat(HopHeader.isSealed(changed, KEY, CHALLENGE)).isEqualTo(isPartOfTheSealsName);
    }
  }

  @Test
  void refusesWhatIsCutShortOrGoesOn() {
    byte[] bytes = header(ends("192.0.2.7", "198.51.100.1")).sealed(KEY, CHALLENGE);
    for (int length = HopHeader.PREFIX_BYTES; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> HopHeader.read(cut)).isInstanceOf(HopHeaderException.class);
    }
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    assertThatThrownBy(() -> HopHeader.read(longer)).hasMessage("the seal is not its end");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 34, 497, 65_535})
  void refusesALengthThatNoHeaderHas(int rest) {
    byte[] bytes = header(null).sealed(KEY, CHALLENGE);
    bytes[14] = (byte) (rest >> 8);
    bytes[15] = (byte) rest;
    assertThatThrownBy(() -> HopHeader.length(bytes))
        .hasMessage(rest + " bytes behind the first 16 (expected: 35 to 496)");
  }

  @Test
  void refusesAValueThatIsNoText() {
    byte[] bytes = header(null).sealed(KEY, CHALLENGE);
    bytes[HopHeader.PREFIX_BYTES + 3] = (byte) 0xff;
    assertThatThrownBy(() -> HopHeader.read(bytes)).hasMessage("value of type 0x5 is no UTF-8");
  }

  @Test
  void failsInNoOtherWayWhateverIsRead() {
    Random random = new Random(42);
    byte[] good = header(ends("2001:db8::7", "192.0.2.7")).sealed(KEY, CHALLENGE);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = Arrays.copyOf(good, HopHeader.PREFIX_BYTES + random.nextInt(good.length));
      for (int changes = random.nextInt(8); changes >= 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(HopHeader.read(bytes)).isNotNull();
      } catch (HopHeaderException e) {
        assertThat(e).hasMessageMatching("(?s).+");
      }
    }
  }

  @Test
  void saysOfAUdpSessionThatItIsOne() {
    assertThat(udpHeader(ends("192.0.2.7", "198.51.100.1")).sealed(KEY, CHALLENGE)[13])
        .isEqualTo((byte) 0x12);
    assertThat(udpHeader(ends("2001:db8::7", "192.0.2.1")).sealed(KEY, CHALLENGE)[13])
        .isEqualTo((byte) 0x22);
  }

  private static HopHeader udpHeader(Ends ends) {
    return new HopHeader(ends, 40_001, 8080, "service-1", "task-1", "00ff-12", "node-1");
  }

  private static HopHeader header(@Nullable Ends ends) {
    return new HopHeader(ends, HopHeader.NO_UDP, 8080, "service-1", "task-1", "00ff-12", "node-1");
  }

  private static Ends ends(String source, String destination) {
    return new Ends(
        new InetSocketAddress(InetAddress.ofLiteral(source), 40_000),
        new InetSocketAddress(InetAddress.ofLiteral(destination), 8_080));
  }
}
