package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.header.Ends;
import io.tidegate.header.ProxyHeaderReader;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tasks that are told by a PROXY protocol header who sends them datagrams. */
@Timeout(60)
class UdpProxyOutTest {

  private static final Policy V2 = policy(ClientIp.PROXY_V2);

  @RegisterExtension final UdpFixture udp = new UdpFixture();

  private static Policy policy(ClientIp told) {
    return Policy.DEFAULT.withClientAddress(ClientAddress.DEFAULT.withTold(told));
  }

  @Test
  void theFirstDatagramOfASessionGoesBehindAHeader() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serve(Protocol.UDP, V2, udp.task("a").address());
    UdpProbe probe = udp.probe(port);
    assertBehindHeader(probe.ask("1".getBytes(UTF_8)), "a ", probe, "127.0.0.1", port, "1");
    assertThat(probe.ask("2")).isEqualTo("a 2");
    UdpProbe other = udp.probe(port);
    assertBehindHeader(other.ask(new byte[0]), "a ", other, "127.0.0.1", port, "");
    assertThat(proxy.stats(port).bytesIn()).isEqualTo(2);
    assertThat(UdpFixture.in(proxy, port, DatagramResult.PASSED)).isEqualTo(3);
  }

  private static void assertBehindHeader(
      byte[] answer, String name, UdpProbe probe, String host, int port, String said)
      throws IOException {
    byte[] got = Arrays.copyOfRange(answer, name.length(), answer.length);
    assertThat(new String(answer, 0, name.length(), UTF_8)).isEqualTo(name);
    int length = ProxyHeaderReader.length(ByteBuffer.wrap(got));
    Ends ends = ProxyHeaderReader.read(Arrays.copyOf(got, length));
    InetSocketAddress source = (InetSocketAddress) probe.socket.getLocalSocketAddress();
    assertThat(ends).isEqualTo(new Ends(source, new InetSocketAddress(host, port)));
    assertThat(got[13] & 0xf).as("UDP").isEqualTo(2);
    assertThat(new String(got, length, got.length - length, UTF_8)).isEqualTo(said);
  }

  @Test
  void namesTheAddressThatTheClientWroteTo() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serve(Protocol.UDP, V2, udp.task("a").address());
    UdpProbe probe = udp.keep(new UdpProbe("127.0.0.7", port));
    assertBehindHeader(probe.ask("1".getBytes(UTF_8)), "a ", probe, "127.0.0.7", port, "1");
  }

  @Test
  void theNextTaskIsToldToo() throws IOException {
    ProxyFixture proxy = udp.proxy();
    UdpTask silent = udp.silent();
    int port = proxy.serve(Protocol.UDP, V2, silent.address());
    UdpProbe probe = udp.probe(port);
    probe.send("last".getBytes(UTF_8));
    Await.until(() -> silent.received() == 1);
    UdpTask next = udp.task("b");
    proxy.publish(new PublishedPort(port, Protocol.UDP), V2, next.address());
    // Sent before, the next datagram would be the last one.
    proxy.shards.settle();
    byte[] answer = probe.ask(new byte[0]);
    assertBehindHeader(answer, "b ", probe, "127.0.0.1", port, "last");
    assertThat(probe.hears()).isEqualTo("b ");
  }

  @Test
  void aTaskThatRefusesIsFollowedByOneThatIsTold() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serve(Protocol.UDP, V2, UdpFixture.deadAddress(), udp.task("b").address());
    for (int i = 0; i < 8; i++) {
      UdpProbe probe = udp.probe(port);
      assertBehindHeader(probe.ask("1".getBytes(UTF_8)), "b ", probe, "127.0.0.1", port, "1");
      assertThat(probe.ask("2")).isEqualTo("b 2");
    }
  }

  @Test
  void aDatagramThatHasNoRoomForAHeaderGoesWithout() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serve(Protocol.UDP, V2, udp.keep(UdpTask.echo()).address());
    UdpProbe probe = udp.probe(port);
    byte[] large = new byte[65_507];
    assertThat(probe.ask(large)).isEqualTo(large);
    assertThat(proxy.stats(port).proxyHeaders().omitted()).isEqualTo(1);
    assertThat(probe.ask("next")).isEqualTo("next");
  }

  @Test
  void version1IsNotForDatagrams() throws IOException {
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serve(Protocol.UDP, policy(ClientIp.PROXY_V1), udp.task("a").address());
    assertThat(udp.probe(port).ask("1")).isEqualTo("a 1");
  }
}
