package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.header.Ends;
import io.tidegate.header.ProxyHeaderReader;
import io.tidegate.header.ProxyHeaders;
import io.tidegate.header.ProxyHeaders.Tlv;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.ProxyHeaderResult;
import io.tidegate.overload.Resource;
import io.tidegate.routing.Cidr;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Limits;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.ProxyIn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that begin with a PROXY protocol header, or do not. */
@Timeout(120)
class ProxyInTest {

  private static final Ends ENDS =
      new Ends(
          new InetSocketAddress("192.0.2.1", 51_234), new InetSocketAddress("198.51.100.2", 443));
  private static final byte[] SAID = "hello, task".getBytes(US_ASCII);
  private static final List<Cidr> LOOPBACK = List.of(Cidr.parse("127.0.0.0/30"));

  private final ProxyHeaders headers = new ProxyHeaders();
  private final byte[] text = headers.version1(ENDS);
  private final byte[] binary =
      headers.version2(Protocol.TCP, ENDS, List.of(Tlv.of(Tlv.UNIQUE_ID, "0123456789")));

  private final ProxyFixture proxy = new ProxyFixture();
  private final TestTask task = TestTask.echo();

  @AfterEach
  void close() {
    proxy.close();
    task.close();
  }

  private int serve(ProxyIn mode) {
    return serve(mode, task);
  }

  private int serve(ProxyIn mode, TestTask to) {
    return proxy.serve(Protocol.TCP, policy(mode), to.address());
  }

  private static Policy policy(ProxyIn mode) {
    return Policy.DEFAULT.withClientAddress(new ClientAddress(mode, LOOPBACK, ClientIp.OFF));
  }

  // --- taken off ---

  @ParameterizedTest
  @EnumSource(names = {"REQUIRED", "OPTIONAL"})
  void takesAHeaderOffWhereverItIsCut(ProxyIn mode) throws Exception {
    int port = serve(mode);
    for (byte[] header : List.of(text, binary)) {
      byte[] all = join(header, SAID);
      for (int cut = 1; cut <= all.length; cut++) {
        try (Socket client = connect(port)) {
          client.getOutputStream().write(all, 0, cut);
          client.getOutputStream().flush();
          if (cut < all.length) {
            Thread.onSpinWait();
            client.getOutputStream().write(all, cut, all.length - cut);
          }
          assertThat(client.getInputStream().readNBytes(SAID.length)).isEqualTo(SAID);
        }
      }
    }
    assertThat(headers(port, ProxyHeaderResult.READ))
        .isEqualTo(text.length + binary.length + 2 * SAID.length);
    assertThat(proxy.stats(port).bytesIn())
        .isEqualTo(headers(port, ProxyHeaderResult.READ) * SAID.length);
  }

  @Test
  void takesAHeaderOffThatComesByteByByte() throws Exception {
    int port = serve(ProxyIn.REQUIRED);
    for (byte[] header : List.of(text, binary)) {
      try (Socket client = connect(port)) {
        for (byte single : join(header, SAID)) {
          client.getOutputStream().write(single);
          Thread.sleep(1);
        }
        assertThat(client.getInputStream().readNBytes(SAID.length)).isEqualTo(SAID);
      }
    }
    assertThat(headers(port, ProxyHeaderResult.READ)).isEqualTo(2);
  }

  @Test
  void passesOnAnEndThatComesWithTheHeader() throws Exception {
    int port = serve(ProxyIn.REQUIRED);
    try (Socket client = connect(port)) {
      client.getOutputStream().write(text);
      client.shutdownOutput();
      assertThat(client.getInputStream().readAllBytes()).isEmpty();
    }
    try (Socket client = connect(port)) {
      client.getOutputStream().write(join(binary, SAID));
      client.shutdownOutput();
      assertThat(client.getInputStream().readAllBytes()).isEqualTo(SAID);
    }
    assertThat(results(port, ConnectionResult.OK)).isEqualTo(2);
  }

  @Test
  void takesNothingThatLooksLikeAHeaderBehindOne() throws Exception {
    int port = serve(ProxyIn.REQUIRED);
    try (Socket client = connect(port)) {
      client.getOutputStream().write(join(binary, text));
      assertThat(client.getInputStream().readNBytes(text.length)).isEqualTo(text);
    }
  }

  @Test
  void takesTheLongestHeaderThatMayBe() throws Exception {
    int port = serve(ProxyIn.REQUIRED);
    int room = ProxyHeaderReader.MOST_BINARY_BYTES - 12 - 3;
    byte[] header = headers.version2(Protocol.TCP, ENDS, List.of(new Tlv(0xe8, new byte[room])));
    assertThat(header).hasSize(16 + ProxyHeaderReader.MOST_BINARY_BYTES);
    byte[] said = random(100_000);
    try (Socket client = connect(port)) {
      Thread.ofVirtual().start(() -> write(client, join(header, said)));
      assertThat(client.getInputStream().readNBytes(said.length)).isEqualTo(said);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PROXY UNKNOWN\r\n", "\r\n\r\n\0\r\nQUIT\n\40\0\0\0"})
  void takesAHeaderThatSaysNothing(String header) throws Exception {
    int port = serve(ProxyIn.REQUIRED);
    try (Socket client = connect(port)) {
      client.getOutputStream().write(join(header.getBytes(US_ASCII), SAID));
      assertThat(client.getInputStream().readNBytes(SAID.length)).isEqualTo(SAID);
    }
    assertThat(headers(port, ProxyHeaderResult.LOCAL)).isEqualTo(1);
  }

  @Test
  void relaysMuchBehindAHeader() throws Exception {
    int port = serve(ProxyIn.REQUIRED);
    byte[] much = random(64 << 20);
    try (Socket client = connect(port)) {
      client.getOutputStream().write(binary);
      Thread.ofVirtual().start(() -> write(client, much));
      Await.until(() -> inUse(proxy, Resource.PIPES) > 0);
      assertThat(Arrays.equals(client.getInputStream().readNBytes(much.length), much)).isTrue();
    }
    assertThat(proxy.stats(port).bytesIn()).isEqualTo(much.length);
  }

  // --- or not there ---

  @Test
  void takesWhatIsNoHeaderForTheClientsOwnWhereNoneIsRequired() throws Exception {
    int port = serve(ProxyIn.OPTIONAL);
    for (String said : List.of("GET / HTTP/1.1\r\n", "P", "PROX", "\r\n", "PROXY\tTCP4")) {
      try (Socket client = connect(port)) {
        client.getOutputStream().write(said.getBytes(US_ASCII));
        assertThat(client.getInputStream().readNBytes(said.length())).asString().isEqualTo(said);
      }
      try (Socket client = connect(port)) {
        client.getOutputStream().write(said.getBytes(US_ASCII));
        client.shutdownOutput();
        assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo(said);
      }
    }
    assertThat(headers(port, ProxyHeaderResult.NONE)).isEqualTo(10);
  }

  @Test
  void asksATaskThatSpeaksFirstWhereNoHeaderIsRequired() throws Exception {
    try (var speaker = TestTask.that(socket -> socket.getOutputStream().write(SAID))) {
      int port = serve(ProxyIn.OPTIONAL, speaker);
      try (Socket client = connect(port)) {
        assertThat(client.getInputStream().readAllBytes()).isEqualTo(SAID);
      }
    }
  }

  @Test
  void takesWhatAStrangerSaysForItsOwnWhereNoHeaderIsRequired() throws Exception {
    int port = serve(ProxyIn.OPTIONAL);
    try (Socket stranger = proxy.connectFrom("127.0.0.9", port)) {
      stranger.getOutputStream().write(text);
      assertThat(stranger.getInputStream().readNBytes(text.length)).isEqualTo(text);
    }
  }

  // --- refused ---

  @Test
  void refusesAStrangerWhereAHeaderIsRequired() throws Exception {
    int port = serve(ProxyIn.REQUIRED);
    assertThatThrownBy(() -> proxy.connectFrom("127.0.0.9", port).getInputStream().read())
        .isInstanceOf(SocketException.class);
    assertRefused(port, ProxyHeaderResult.UNTRUSTED);
  }

  @Test
  void refusesEverybodyWhereNobodyIsTrusted() throws Exception {
    Policy nobody =
        Policy.DEFAULT.withClientAddress(
            new ClientAddress(ProxyIn.REQUIRED, List.of(), ClientIp.OFF));
    int port = proxy.serve(Protocol.TCP, nobody, task.address());
    assertThatThrownBy(() -> connect(port).getInputStream().read())
        .isInstanceOf(SocketException.class);
    assertRefused(port, ProxyHeaderResult.UNTRUSTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"GET / HTTP/1.1\r\n\r\n", "PROXY TCP4 nobody nowhere 1 2\r\n", "PROXY TCP4\n"})
  void refusesGarbage(String said) throws Exception {
    int port = serve(ProxyIn.REQUIRED);
    try (Socket client = connect(port)) {
      client.getOutputStream().write(said.getBytes(US_ASCII));
      assertRefused(client, port, ProxyHeaderResult.MALFORMED);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {108, 5_000})
  void refusesALineThatIsTooLong(int length) throws Exception {
    int port = serve(ProxyIn.OPTIONAL);
    try (Socket client = connect(port)) {
      String line = "PROXY UNKNOWN " + "x".repeat(length - 16) + "\r\n";
      client.getOutputStream().write(line.getBytes(US_ASCII));
      assertRefused(client, port, ProxyHeaderResult.OVERSIZED);
    }
  }

  @Test
  void refusesAHeaderThatAnnouncesMoreThanMayBe() throws Exception {
    int port = serve(ProxyIn.REQUIRED);
    try (Socket client = connect(port)) {
      client.getOutputStream().write(Arrays.copyOf(binary, 14));
      client.getOutputStream().write(new byte[] {-1, -1});
      assertRefused(client, port, ProxyHeaderResult.OVERSIZED);
    }
  }

  @Test
  void refusesAClientThatEndsWithinItsHeader() throws Exception {
    int port = serve(ProxyIn.REQUIRED);
    for (int length : List.of(1, 5, 20)) {
      try (Socket client = connect(port)) {
        client.getOutputStream().write(text, 0, length);
        client.shutdownOutput();
        assertThatThrownBy(() -> client.getInputStream().read())
            .isInstanceOf(SocketException.class);
      }
    }
    Socket resets = connect(port);
    resets.getOutputStream().write(text, 0, 20);
    resets.setSoLinger(true, 0);
    resets.close();
    // A reset may take along what was not read before it.
    Await.until(
        () ->
            headers(port, ProxyHeaderResult.TRUNCATED) + results(port, ConnectionResult.CLIENT_GONE)
                == 4);
  }

  /** Sooner or later the data path hears of both at once. */
  @Test
  void seesAnEndThatComesTogetherWithBytes() throws Exception {
    int port = serve(ProxyIn.REQUIRED);
    for (int i = 0; i < 100; i++) {
      try (Socket client = connect(port)) {
        client.getOutputStream().write(text, 0, 20);
        client.shutdownOutput();
        InputStream in = in(client);
        assertThatThrownBy(in::read).isInstanceOf(SocketException.class);
      }
    }
    assertThat(headers(port, ProxyHeaderResult.TRUNCATED)).isEqualTo(100);
  }

  @Test
  void hasNothingAgainstAClientThatLeavesWithoutAWord() throws Exception {
    int port = serve(ProxyIn.REQUIRED);
    connect(port).close();
    Await.until(() -> results(port, ConnectionResult.CLIENT_GONE) == 1);
    assertThat(proxy.stats(port).proxyHeaders().isNone()).isTrue();
  }

  @Test
  void refusesASlowHeader() throws Exception {
    int port = serve(ProxyIn.REQUIRED);
    long beganNanos = System.nanoTime();
    try (Socket silent = connect(port);
        Socket slow = connect(port)) {
      slow.getOutputStream().write(text, 0, 20);
      assertThatThrownBy(() -> silent.getInputStream().read()).isInstanceOf(SocketException.class);
      assertThatThrownBy(() -> slow.getInputStream().read()).isInstanceOf(SocketException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - beganNanos))
          .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8));
    }
    assertThat(headers(port, ProxyHeaderResult.SLOW)).isEqualTo(2);
  }

  @Test
  void dropsThoseThatWaitWhenItEnds() throws Exception {
    ProxyFixture ending = new ProxyFixture();
    int port = ending.serve(Protocol.TCP, policy(ProxyIn.REQUIRED), task.address());
    Socket client = ending.connect(port);
    client.getOutputStream().write(text, 0, 20);
    Await.until(() -> inUse(ending, Resource.CONNECTIONS) > 0);
    assertThat(ending.shards.drain(Duration.ofMillis(100))).isFalse();
    ending.close();
    assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
  }

  // --- the true client ---

  @Test
  void limitsTheTrueClientAndNotItsProxy() throws Exception {
    Policy limited = policy(ProxyIn.REQUIRED).withLimits(Limits.NONE.withSourceConnections(1));
    int port = proxy.serve(Protocol.TCP, limited, task.address());
    try (Socket first = connect(port);
        Socket other = connect(port);
        Socket second = connect(port)) {
      echo(first, text);
      Ends another = new Ends(new InetSocketAddress("192.0.2.2", 1), ENDS.destination());
      echo(other, headers.version1(another));
      second.getOutputStream().write(text);
      assertThatThrownBy(() -> second.getInputStream().read()).isInstanceOf(SocketException.class);
    }
    assertThat(results(port, ConnectionResult.SOURCE_LIMIT)).isEqualTo(1);
  }

  private static void echo(Socket client, byte[] header) throws IOException {
    client.getOutputStream().write(join(header, SAID));
    assertThat(client.getInputStream().readNBytes(SAID.length)).isEqualTo(SAID);
  }

  // --- what tests are made of ---

  private void assertRefused(Socket client, int port, ProxyHeaderResult why) {
    InputStream in = in(client);
    assertThatThrownBy(in::read).isInstanceOf(SocketException.class);
    assertRefused(port, why);
  }

  private void assertRefused(int port, ProxyHeaderResult why) {
    assertThat(headers(port, why)).isEqualTo(1);
    assertThat(results(port, ConnectionResult.PROXY_HEADER)).isEqualTo(1);
    assertThat(task.connections()).isZero();
    assertThat(inUse(proxy, Resource.CONNECTIONS)).isZero();
  }

  private static double inUse(ProxyFixture proxy, Resource resource) {
    return Objects.requireNonNull(proxy.shards.gauges().get(resource)).get().orElse(0);
  }

  private static InputStream in(Socket client) {
    try {
      return client.getInputStream();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Socket connect(int port) throws IOException {
    Socket client = proxy.connect(port);
    client.setTcpNoDelay(true);
    return client;
  }

  private long headers(int port, ProxyHeaderResult result) {
    return proxy.stats(port).proxyHeaders().read().getOrDefault(result, 0L);
  }

  private long results(int port, ConnectionResult result) {
    return proxy.stats(port).connections().getOrDefault(result, 0L);
  }

  private static void write(Socket socket, byte[] bytes) {
    try {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
