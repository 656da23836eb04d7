package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.header.Ends;
import io.tidegate.header.ProxyHeaders;
import io.tidegate.header.ProxyHeaders.Tlv;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.metrics.Imitated;
import io.tidegate.metrics.RouteStats;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Fallback;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Timeouts;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tasks that are told by a PROXY protocol header whose session another node has passed to them. */
@Timeout(60)
class HopUdpIntroductionTest {

  private static final Policy V2 = told(ClientIp.PROXY_V2, Fallback.OFF);
  private static final Policy SEEN_OR_TOLD = told(ClientIp.TRANSPARENT, Fallback.PROXY_V2);

  // Behind signature, addresses and ports of IPv4, and type and length of the first value.
  private static final int ID_AT = 16 + 12 + 3;
  private static final int ID_BYTES = 32;

  @RegisterExtension final UdpFixture udp = new UdpFixture();
  private final HopFixture hop = new HopFixture();

  @AfterEach
  void close() {
    hop.close();
  }

  private static Policy told(ClientIp told, Fallback fallback) {
    return Policy.DEFAULT.withClientAddress(
        ClientAddress.DEFAULT.withTold(told).withFallback(fallback));
  }

  private int serve(UdpTask... tasks) {
    return hop.serveFromFar(
        Protocol.UDP,
        V2,
        Arrays.stream(tasks).map(UdpTask::address).toArray(InetSocketAddress[]::new));
  }

  /** A header as it must be, but for the id, which nobody foresees. */
  private static byte[] header(byte[] got, Ends ends, UdpTask task) {
    String id = new String(got, ID_AT, ID_BYTES, US_ASCII);
    assertThat(id).matches("[0-9a-f]{32}");
    return new ProxyHeaders()
        .version2(
            Protocol.UDP,
            ends,
            List.of(
                Tlv.of(Tlv.UNIQUE_ID, id),
                Tlv.of(Tlv.SERVICE_ID, "service"),
                Tlv.of(Tlv.SERVICE_NAME, "web"),
                Tlv.of(Tlv.TASK_ID, "task-" + task.address().getPort())));
  }

  /** Asserts what a task has answered that says its name and what it got. */
  private static void assertBehindHeader(
      byte[] answer, String name, UdpTask task, UdpProbe probe, int port, String said) {
    assertThat(new String(answer, 0, name.length(), UTF_8)).isEqualTo(name);
    byte[] got = Arrays.copyOfRange(answer, name.length(), answer.length);
    InetSocketAddress source = (InetSocketAddress) probe.socket.getLocalSocketAddress();
    Ends ends = new Ends(source, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    byte[] header = header(got, ends, task);
    assertThat(Arrays.copyOf(got, header.length)).isEqualTo(header);
    assertThat(new String(got, header.length, got.length - header.length, UTF_8)).isEqualTo(said);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private long omitted(ProxyFixture at, int port) {
    return at.stats(port).proxyHeaders().omitted();
  }

  @Test
  void theFirstDatagramOfASessionGoesBehindAHeaderAndNoOther() throws IOException {
    UdpTask task = udp.task("a");
    int port = serve(task);
    UdpProbe probe = udp.probe(port);
    assertBehindHeader(probe.ask(bytes("1")), "a ", task, probe, port, "1");
    assertThat(probe.ask("2")).isEqualTo("a 2");
    UdpProbe other = udp.probe(port);
    assertBehindHeader(other.ask(new byte[0]), "a ", task, other, port, "");
    assertThat(other.ask("4")).isEqualTo("a 4");
    for (RouteStats stats : List.of(hop.near.stats(port), hop.far.stats(hop.farPort()))) {
      assertThat(stats.bytesIn()).isEqualTo(3);
      assertThat(stats.datagrams().in()).containsEntry(DatagramResult.PASSED, 4L);
    }
  }

  @Test
  void whatHasWaitedForTheWayGoesBehindOneHeader() throws IOException {
    UdpTask task = udp.task("a");
    int port = serve(task);
    for (int round = 0; round < 20; round++) {
      UdpProbe probe = udp.probe(port);
      for (int i = 0; i < UdpWaiting.MOST_DATAGRAMS; i++) {
        probe.send(bytes("" + i));
      }
      DatagramPacket first = probe.receive(5_000);
      assertBehindHeader(
          Arrays.copyOf(first.getData(), first.getLength()), "a ", task, probe, port, "0");
      for (int i = 1; i < UdpWaiting.MOST_DATAGRAMS; i++) {
        assertThat(probe.hears()).isEqualTo("a " + i);
      }
    }
  }

  @Test
  void theNextTaskIsToldTooWhenOneDies() throws IOException {
    UdpTask a = udp.task("a");
    UdpTask b = udp.task("b");
    int port = serve(a, b);
    UdpProbe probe = udp.probe(port);
    boolean wasA = probe.ask("1").startsWith("a");
    (wasA ? a : b).close();

    assertBehindHeader(probe.ask(bytes("2")), wasA ? "b " : "a ", wasA ? b : a, probe, port, "2");
    assertThat(probe.ask("3")).isEqualTo((wasA ? "b" : "a") + " 3");
  }

  @Test
  void theNextTaskIsToldTooWhenTheTableChanges() throws IOException {
    UdpTask a = udp.task("a");
    UdpTask b = udp.task("b");
    int port = serve(a);
    UdpProbe probe = udp.probe(port);
    assertBehindHeader(probe.ask(bytes("1")), "a ", a, probe, port, "1");
    hop.tellFar(Protocol.UDP, V2, HopFixture.local(b.address()));
    hop.publish(new PublishedPort(port, Protocol.UDP), V2, hop.passed(b.address(), hop.offer()));

    assertBehindHeader(probe.ask(bytes("2")), "b ", b, probe, port, "2");
    assertThat(probe.ask("3")).isEqualTo("b 3");
  }

  @Test
  void aTaskThatRefusesIsFollowedByOneThatIsTold() throws IOException {
    UdpTask b = udp.task("b");
    int port = hop.serveFromFar(Protocol.UDP, V2, UdpFixture.deadAddress(), b.address());
    for (int i = 0; i < 8; i++) {
      UdpProbe probe = udp.probe(port);
      assertBehindHeader(probe.ask(bytes("1")), "b ", b, probe, port, "1");
      assertThat(probe.ask("2")).isEqualTo("b 2");
    }
  }

  @Test
  void aTaskIsToldAgainOnceTheOtherAgentWasTiredOfTheSession() throws IOException {
    UdpTask task = udp.task("a");
    Policy tired = V2.withTimeouts(Timeouts.NONE.withUdpIdle(Duration.ofMillis(200)));
    hop.tellFar(Protocol.UDP, tired, HopFixture.local(task.address()));
    int port = hop.serve(Protocol.UDP, V2, hop.passed(task.address(), hop.offer()));
    UdpProbe probe = udp.probe(port);
    assertBehindHeader(probe.ask(bytes("1")), "a ", task, probe, port, "1");
    hop.awaitFarSessionsGone();

    // To the task it is another session: it comes from another port.
    assertBehindHeader(probe.ask(bytes("2")), "a ", task, probe, port, "2");
    assertThat(task.senders()).isEqualTo(2);
  }

  @Test
  void aDatagramThatHasNoRoomForAHeaderGoesWithout() throws IOException {
    int port = serve(udp.keep(UdpTask.echo()));
    UdpProbe probe = udp.probe(port);
    // There is no room for the first while the other agent is asked.
    byte[] large = new byte[65_507];
    probe.send(large);
    Await.until(() -> UdpFixture.in(hop.near, port, DatagramResult.CONGESTED) == 1);
    Await.until(
        () -> hop.near.stats(port).connections().getOrDefault(ConnectionResult.OK, 0L) == 1);
    assertThat(probe.ask(large)).isEqualTo(large);
    assertThat(omitted(hop.far, hop.farPort())).isEqualTo(1);
    assertThat(omitted(hop.near, port)).isZero();
    assertThat(probe.ask("next")).isEqualTo("next");
    assertThat(omitted(hop.far, hop.farPort())).isEqualTo(1);
  }

  @Test
  void version1IsNotForDatagrams() throws IOException {
    Policy v1 = told(ClientIp.PROXY_V1, Fallback.OFF);
    int port = hop.serveFromFar(Protocol.UDP, v1, udp.task("a").address());
    assertThat(udp.probe(port).ask("1")).isEqualTo("a 1");
  }

  @Test
  void aTaskIsToldOfAClientThatItCannotSee() throws IOException {
    UdpTask task = udp.task("a");
    int port = hop.serveFromFar(Protocol.UDP, SEEN_OR_TOLD, task.address());
    UdpProbe probe = udp.probe(port);
    assertBehindHeader(probe.ask(bytes("1")), "a ", task, probe, port, "1");
    assertThat(imitated(Imitated.UNABLE)).isEqualTo(1);
  }

  @Test
  void aTaskIsNotToldOfAClientThatItSees() throws IOException {
    NetAdmin.assume();
    hop.far.shards.become(new Transparency(null, List.of()));
    try (DatagramSocket task = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        DatagramSocket own = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        HopCaller caller = new HopCaller(hop)) {
      InetSocketAddress address = (InetSocketAddress) task.getLocalSocketAddress();
      hop.tellFar(Protocol.UDP, SEEN_OR_TOLD, HopFixture.local(address));
      InetSocketAddress far = caller.ask(own.getLocalPort(), address);
      own.send(new DatagramPacket(bytes("hello"), 5, far));

      DatagramPacket got = new DatagramPacket(new byte[1_000], 1_000);
      task.setSoTimeout(5_000);
      task.receive(got);
      assertThat(got.getSocketAddress()).isEqualTo(HopCaller.CLIENT);
      assertThat(new String(got.getData(), 0, got.getLength(), UTF_8)).isEqualTo("hello");
      assertThat(imitated(Imitated.EXACT)).isEqualTo(1);
    }
  }

  private long imitated(Imitated result) {
    return hop.far.stats(hop.farPort()).imitated().getOrDefault(result, 0L);
  }
}
