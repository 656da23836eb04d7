package io.tidegate.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.1.2, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "0.0.0.0/0, 255.255.255.255, true",
    "0.0.0.0/0, fd00::1, false",
    "::/0, 10.1.2.3, true",
    "192.0.2.7, 192.0.2.7, true",
    "192.0.2.7, 192.0.2.6, false",
    "192.0.2.128/25, 192.0.2.127, false",
    "fd00::/8, fdff:1::2, true",
    "fd00::/8, fe00::, false",
    "2001:db8::/64, 2001:db8::ffff:1, true",
    "2001:db8::/65, 2001:db8::8000:0:0:0, false",
    "2001:db8::1, 2001:db8::1, true",
    "2001:db8::1, 2001:db8::2, false",
  })
  void containsWhatBeginsAsItDoes(String block, String address, boolean expected) {
    assertThat(contains(Cidr.parse(block), address)).isEqualTo(expected);
  }

  private static boolean contains(Cidr block, String address) {
    byte[] bytes = InetAddress.ofLiteral(address).getAddress();
    ByteBuffer all = ByteBuffer.allocate(16);
    if (bytes.length == 4) {
      all.putShort(10, (short) -1).position(12);
    }
    all.put(bytes);
    return block.contains(all.getLong(0), all.getLong(8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.0/8",
        "0.0.0.0/0",
        "192.0.2.7/32",
        "fd00:0:0:0:0:0:0:0/8",
        "0:0:0:0:0:0:0:0/0"
      })
  void printsAsItIsParsed(String text) {
    assertThat(Cidr.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0.0/",
        "10.0.0.0/-1",
        "10/8",
        "10.1",
        "1.2.3.4.5",
        "1.2.3.256",
        "host",
        "fd00::/x",
        "[fd00::]/8",
        "fd00::1%eth0",
        ":",
        "10.0.0.0 /8",
        "10.0.0.0/8/8",
        "10.0.0.0/1234"
      })
  void refusesWhatIsNoBlock(String text) {
    assertThatThrownBy(() -> Cidr.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(text + " (expected: an address, or a block of them");
  }

  @Test
  void refusesALengthThatTheFamilyDoesNotHave() {
    assertThatThrownBy(() -> Cidr.parse("10.0.0.0/33"))
        .hasMessage("10.0.0.0/33 (expected: a length of at most 32)");
    assertThatThrownBy(() -> Cidr.parse("fd00::/129"))
        .hasMessage("fd00::/129 (expected: a length of at most 128)");
  }

  @Test
  void refusesAnAddressInsideOfItsBlock() {
    assertThatThrownBy(() -> Cidr.parse("10.0.0.1/8"))
        .hasMessage("10.0.0.1/8 (expected: 10.0.0.0/8, or a greater length)");
  }
}
