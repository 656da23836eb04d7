package io.tidegate.header;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.header.ProxyHeaderReader.Extent;
import io.tidegate.header.ProxyHeaders.Tlv;
import io.tidegate.routing.Protocol;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderReaderTest {

  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
  private static final Ends IPV4 = ends("192.0.2.1", "198.51.100.2");
  private static final Ends IPV6 = ends("2001:db8::1", "2001:db8::2");
  private static final Ends MIXED = ends("192.0.2.1", "2001:db8::2");

  private final ProxyHeaders headers = new ProxyHeaders();

  @Test
  void readsWhatIsWritten() throws ProtocolException {
    List<Tlv> tlvs = List.of(Tlv.of(Tlv.UNIQUE_ID, "x".repeat(128)));
    for (Ends ends : List.of(IPV4, IPV6, MIXED)) {
      assertThat(read(headers.version1(ends))).isEqualTo(ends);
      assertThat(read(headers.version2(Protocol.TCP, ends, tlvs))).isEqualTo(ends);
    }
    assertThat(read(headers.version1(null))).isNull();
    assertThat(read(headers.version2(Protocol.TCP, null, List.of()))).isNull();
  }

  private static @Nullable Ends read(byte[] header) throws ProtocolException {
    byte[] more = Arrays.copyOf(header, header.length + 3);
    for (int i = 0; i < header.length; i++) {
      Extent soFar = ProxyHeaderReader.extent(ByteBuffer.wrap(more), i);
      assertThat(soFar).as("%d bytes", i).isIn(Extent.UNDECIDED, Extent.BEGUN);
    }
    for (int i = header.length; i <= more.length; i++) {
      assertThat(ProxyHeaderReader.extent(ByteBuffer.wrap(more), i)).isEqualTo(Extent.WHOLE);
    }
    assertThat(ProxyHeaderReader.length(ByteBuffer.wrap(more))).isEqualTo(header.length);
    return ProxyHeaderReader.read(header);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"G", "PROXX", "PROXY\r", "PROXY\t", "PO", "\n", "\r\n\r\n\0\r\nQUIT\r", "\0"})
  void knowsWhatIsNoHeaderByItsFirstByteThatIsNot(String said) {
    ByteBuffer bytes = ByteBuffer.wrap(said.getBytes(US_ASCII));
    assertThat(ProxyHeaderReader.extent(bytes, said.length())).isEqualTo(Extent.ABSENT);
    assertThat(ProxyHeaderReader.extent(bytes, said.length() - 1)).isEqualTo(Extent.UNDECIDED);
  }

  @Test
  void takesALineOf107BytesAndNoneOf108() {
    String line = "PROXY UNKNOWN " + "x".repeat(91) + "\r\n";
    assertThat(extent(line)).isEqualTo(Extent.WHOLE);
    assertThat(extent(line.substring(0, 106))).isEqualTo(Extent.BEGUN);
    assertThat(extent("PROXY UNKNOWN " + "x".repeat(92) + "\r\n")).isEqualTo(Extent.OVERSIZED);
  }

  private static Extent extent(String said) {
    return ProxyHeaderReader.extent(ByteBuffer.wrap(said.getBytes(US_ASCII)), said.length());
  }

  @Test
  void takesNoMoreThanFourKibibytesOfVersion2() {
    assertThat(extentOfHex(SIGNATURE + "21111000")).isEqualTo(Extent.BEGUN);
    assertThat(extentOfHex(SIGNATURE + "21111001")).isEqualTo(Extent.OVERSIZED);
    assertThat(extentOfHex(SIGNATURE + "2111ffff")).isEqualTo(Extent.OVERSIZED);
  }

  private static Extent extentOfHex(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    return ProxyHeaderReader.extent(ByteBuffer.wrap(bytes), bytes.length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY \r\n",
        "PROXY TCP4\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 1 2\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 1 65536\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 1 x\r\n",
        "PROXY TCP4 192.0.2.256 198.51.100.2 1 2\r\n",
        "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n",
        "PROXY TCP6 192.0.2.1 198.51.100.2 1 2\r\n",
        "PROXY UDP4 192.0.2.1 198.51.100.2 1 2\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 1\r\n",
        "PROXY tcp4 192.0.2.1 198.51.100.2 1 2\r\n",
      })
  void refusesALineThatIsWrong(String line) {
    assertThatThrownBy(() -> ProxyHeaderReader.read(line.getBytes(US_ASCII)))
        .isInstanceOf(ProtocolException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Too short for its addresses, of both families.
        "2111000b" + "c0000201c6336402c82201",
        "21210000",
        // Another version, another command, another family and transport.
        "01000000",
        "f1000000",
        "1111000c" + "c0000201c6336402c82201bb",
        "2211000c" + "c0000201c6336402c82201bb",
        "2141000c" + "c0000201c6336402c82201bb",
        "2114000c" + "c0000201c6336402c82201bb",
        // What it says beside is longer than it is, and of TLS shorter than that may be.
        "21110010" + "c0000201c6336402c82201bb" + "05ffff00",
        "21110010" + "c0000201c6336402c82201bb" + "20000100",
      })
  void refusesBytesThatAreWrong(String hex) {
    byte[] header = HexFormat.of().parseHex(SIGNATURE + hex);
    assertThatThrownBy(() -> ProxyHeaderReader.read(header)).isInstanceOf(ProtocolException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "20000000",
        "2000000c" + "c0000201c6336402c82201bb",
        "21000000",
        "20110003" + "010203",
      })
  void findsNoAddressesInWhatIsTheProxysOwn(String hex) throws ProtocolException {
    assertThat(ProxyHeaderReader.read(HexFormat.of().parseHex(SIGNATURE + hex))).isNull();
  }

  private static Ends ends(String source, String destination) {
    return new Ends(new InetSocketAddress(source, 51_234), new InetSocketAddress(destination, 443));
  }
}
