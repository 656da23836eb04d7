package io.tidegate.header;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.header.ProxyHeaders.Tlv;
import io.tidegate.routing.Protocol;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProxyHeadersTest {

  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
  private static final Ends IPV4 = ends("192.0.2.1", "198.51.100.2");
  private static final Ends IPV6 = ends("2001:db8::1", "2001:db8::2");
  private static final Ends MIXED = ends("192.0.2.1", "2001:db8::2");

  private final ProxyHeaders headers = new ProxyHeaders();

  @Test
  void writesALineOfText() {
    assertThat(line(IPV4)).isEqualTo("PROXY TCP4 192.0.2.1 198.51.100.2 51234 443\r\n");
    assertThat(line(IPV6))
        .isEqualTo("PROXY TCP6 2001:db8:0:0:0:0:0:1 2001:db8:0:0:0:0:0:2 51234 443\r\n");
    assertThat(line(MIXED))
        .isEqualTo("PROXY TCP6 ::ffff:192.0.2.1 2001:db8:0:0:0:0:0:2 51234 443\r\n");
    assertThat(line(null)).isEqualTo("PROXY UNKNOWN\r\n");
  }

  private String line(@Nullable Ends ends) {
    return new String(headers.version1(ends), StandardCharsets.US_ASCII);
  }

  @Test
  void writesBytes() {
    assertThat(bytes(Protocol.TCP, IPV4))
        .isEqualTo(SIGNATURE + "2111000c" + "c0000201c6336402" + "c82201bb");
    assertThat(bytes(Protocol.UDP, IPV4)).startsWith(SIGNATURE + "2112000c");
    String addresses = "20010db8000000000000000000000001" + "20010db8000000000000000000000002";
    assertThat(bytes(Protocol.TCP, IPV6))
        .isEqualTo(SIGNATURE + "21210024" + addresses + "c82201bb");
    assertThat(bytes(Protocol.UDP, IPV6)).startsWith(SIGNATURE + "21220024");
    assertThat(bytes(Protocol.TCP, MIXED))
        .startsWith(SIGNATURE + "21210024" + "00000000000000000000ffffc0000201" + "20010db8");
    assertThat(bytes(Protocol.TCP, null)).isEqualTo(SIGNATURE + "20000000");
  }

  private String bytes(Protocol protocol, @Nullable Ends ends) {
    return HexFormat.of().formatHex(headers.version2(protocol, ends, List.of()));
  }

  @Test
  void saysMoreOfAConnection() {
    List<Tlv> tlvs = List.of(Tlv.of(Tlv.UNIQUE_ID, "ab"), Tlv.of(Tlv.TASK_ID, "é"));
    byte[] header = headers.version2(Protocol.TCP, IPV4, tlvs);
    assertThat(HexFormat.of().formatHex(header))
        .isEqualTo(
            SIGNATURE + "21110016" + "c0000201c6336402c82201bb" + "0500026162" + "e70002c3a9");
  }

  /** As a socket of both families has it. */
  @Test
  void knowsAnAddressOfIpv4ByAnyForm() throws UnknownHostException {
    byte[] mapped = HexFormat.of().parseHex("00000000000000000000ffffc0000201");
    InetAddress address = Inet6Address.getByAddress(null, mapped, -1);
    Ends ends = new Ends(new InetSocketAddress(address, 51234), IPV4.destination());
    assertThat(ends).isEqualTo(IPV4);
  }

  private static Ends ends(String source, String destination) {
    return new Ends(new InetSocketAddress(source, 51_234), new InetSocketAddress(destination, 443));
  }
}
