package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.header.Ends;
import io.tidegate.header.ProxyHeaderReader;
import io.tidegate.header.ProxyHeaderReader.Extent;
import io.tidegate.header.ProxyHeaders;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.routing.Cidr;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Node;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.ProxyIn;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.TaskState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tasks that are told by a PROXY protocol header who their clients are. */
@Timeout(120)
class ProxyOutTest {

  private static final byte[] SAID = "hello, task".getBytes(US_ASCII);

  private final BlockingQueue<byte[]> headers = new LinkedBlockingQueue<>();

  private static Policy policy(ClientIp told) {
    return Policy.DEFAULT.withClientAddress(ClientAddress.DEFAULT.withTold(told));
  }

  /** A task that takes a header off and echoes the rest. */
  private TestTask reader() {
    return TestTask.that(
        socket -> {
          headers.add(readHeader(socket.getInputStream()));
          socket.getInputStream().transferTo(socket.getOutputStream());
        });
  }

  private static byte[] readHeader(InputStream in) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    do {
      read.write(in.readNBytes(1));
    } while (ProxyHeaderReader.extent(ByteBuffer.wrap(read.toByteArray()), read.size())
        != Extent.WHOLE);
    return read.toByteArray();
  }

  private byte[] header() throws InterruptedException {
    return Objects.requireNonNull(headers.poll(10, TimeUnit.SECONDS));
  }

  private static Ends endsOf(Socket client) {
    return new Ends(
        (InetSocketAddress) client.getLocalSocketAddress(),
        (InetSocketAddress) client.getRemoteSocketAddress());
  }

  @ParameterizedTest
  @EnumSource(names = {"PROXY_V1", "PROXY_V2"})
  void aTaskIsToldWhoItsClientIsOncePerConnection(ClientIp told) throws Exception {
    try (var task = reader();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, policy(told), task.address());
      for (int i = 0; i < 20; i++) {
        try (Socket client = proxy.connect(port)) {
          client.getOutputStream().write(SAID);
          client.shutdownOutput();
          assertThat(client.getInputStream().readAllBytes()).isEqualTo(SAID);
          assertThat(ProxyHeaderReader.read(header())).isEqualTo(endsOf(client));
        }
      }
      assertThat(proxy.stats(port).bytesIn()).isEqualTo(20L * SAID.length);
      assertThat(proxy.stats(port).bytesOut()).isEqualTo(20L * SAID.length);
    }
  }

  @Test
  void aTaskIsToldWhatElseIsKnownOfTheConnection() throws Exception {
    try (var task = reader();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, policy(ClientIp.PROXY_V2), task.address());
      String first = sayAndReadHeader(proxy, port);
      String second = sayAndReadHeader(proxy, port);
      for (String header : List.of(first, second)) {
        assertThat(header)
            .contains("\u00e5\0" + (char) ("service-" + port).length() + "service-" + port)
            .contains("\u00e6\0\3web")
            .contains("\u00e7\0" + (char) ("task-" + task.address().getPort()).length() + "task-")
            .containsPattern("\5\0 [0-9a-f]{32}");
      }
      assertThat(first.substring(31, 63)).isNotEqualTo(second.substring(31, 63));
    }
  }

  private String sayAndReadHeader(ProxyFixture proxy, int port) throws Exception {
    try (Socket client = proxy.connect(port)) {
      client.getOutputStream().write(SAID);
      return new String(header(), ISO_8859_1);
    }
  }

  /** Over loopback, one write of a KiB is one segment, and one read. */
  @Test
  void headerAndFirstBytesLeaveTogether() throws Exception {
    BlockingQueue<byte[]> reads = new LinkedBlockingQueue<>();
    try (var task =
            TestTask.that(
                socket -> {
                  byte[] buffer = new byte[4_096];
                  InputStream in = socket.getInputStream();
                  reads.add(Arrays.copyOf(buffer, in.read(buffer)));
                  in.transferTo(socket.getOutputStream());
                });
        var proxy = new ProxyFixture(ProxyFixture.configOfOneRelay(Duration.ofSeconds(4)))) {
      int port = proxy.serve(Protocol.TCP, policy(ClientIp.PROXY_V1), task.address());
      Socket first = proxy.connect(port);
      assertThat(reads.poll(10, TimeUnit.SECONDS)).isNotNull();
      try (Socket waiting = proxy.connect(port)) {
        waiting.getOutputStream().write(SAID);
        Await.until(
            () -> proxy.shards.stats().shards().getOrDefault(ShardCounter.FULL_PAUSES, 0L) > 0);
        first.close();
        byte[] read = Objects.requireNonNull(reads.poll(10, TimeUnit.SECONDS));
        assertThat(new String(read, US_ASCII)).endsWith("\r\nhello, task");
      }
    }
  }

  @Test
  void aTaskThatSpeaksFirstIsToldAtOnce() throws Exception {
    try (var task =
            TestTask.that(
                socket -> {
                  headers.add(readHeader(socket.getInputStream()));
                  socket.getOutputStream().write(SAID);
                });
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, policy(ClientIp.PROXY_V2), task.address());
      try (Socket client = proxy.connect(port)) {
        assertThat(client.getInputStream().readAllBytes()).isEqualTo(SAID);
        assertThat(ProxyHeaderReader.read(header())).isEqualTo(endsOf(client));
      }
      assertThat(proxy.stats(port).bytesIn()).isZero();
    }
  }

  @Test
  void onlyTheTaskThatAnswersIsTold() throws Exception {
    ProxyConfig config = ProxyFixture.config(Duration.ofMillis(800), Duration.ofHours(1));
    try (var silent = new SilentPort();
        var task = reader();
        var proxy = new ProxyFixture(config)) {
      int port =
          proxy.serve(
              Protocol.TCP,
              policy(ClientIp.PROXY_V2),
              refusing(),
              silent.address(),
              task.address());
      byte[] much = random(100_000);
      for (int i = 0; i < 10; i++) {
        try (Socket client = proxy.connect(port)) {
          Thread.ofVirtual().start(() -> write(client, much));
          assertThat(client.getInputStream().readNBytes(much.length)).isEqualTo(much);
          assertThat(ProxyHeaderReader.read(header())).isEqualTo(endsOf(client));
        }
      }
      assertThat(proxy.stats(port).connectRetries()).isPositive();
      assertThat(proxy.stats(port).bytesIn()).isEqualTo(10L * much.length);
    }
  }

  @Test
  void aTaskIsToldOfAClientThatWasParked() throws Exception {
    try (var task = reader();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, Policy.DEFAULT, refusing());
      try (Socket client = proxy.connect(port)) {
        client.getOutputStream().write(SAID);
        Await.until(() -> proxy.stats(port).parking().active() == 1);
        proxy.publish(PublishedPort.tcp(port), policy(ClientIp.PROXY_V1), task.address());
        assertThat(client.getInputStream().readNBytes(SAID.length)).isEqualTo(SAID);
        assertThat(ProxyHeaderReader.read(header())).isEqualTo(endsOf(client));
      }
    }
  }

  @Test
  void aTaskIsToldOfTheClientThatAProxyHasNamed() throws Exception {
    Ends named =
        new Ends(
            new InetSocketAddress("2001:db8::7", 51_234), new InetSocketAddress("192.0.2.1", 443));
    ClientAddress address =
        new ClientAddress(ProxyIn.REQUIRED, List.of(Cidr.parse("127.0.0.0/8")), ClientIp.PROXY_V2);
    byte[] much = random(64 << 20);
    try (var task = reader();
        var proxy = new ProxyFixture()) {
      int port =
          proxy.serve(Protocol.TCP, Policy.DEFAULT.withClientAddress(address), task.address());
      try (Socket client = proxy.connect(port)) {
        client.getOutputStream().write(new ProxyHeaders().version1(named));
        Thread.ofVirtual().start(() -> write(client, much));
        assertThat(Arrays.equals(client.getInputStream().readNBytes(much.length), much)).isTrue();
        assertThat(ProxyHeaderReader.read(header())).isEqualTo(named);
      }
      assertThat(proxy.stats(port).bytesIn()).isEqualTo(much.length);
    }
  }

  @Test
  void addressesAreOfTheClientsOwnFamily() throws Exception {
    ProxyConfig everywhere = ProxyFixture.config(UdpConfig.defaults());
    try (var task = reader();
        var proxy = new ProxyFixture(everywhere)) {
      int port = proxy.serve(Protocol.TCP, policy(ClientIp.PROXY_V1), task.address());
      for (String host : List.of("::1", "127.0.0.1")) {
        try (Socket client = new Socket(InetAddress.ofLiteral(host), port)) {
          client.getOutputStream().write(SAID);
          byte[] header = header();
          assertThat(new String(header, US_ASCII))
              .startsWith(host.equals("::1") ? "PROXY TCP6 " : "PROXY TCP4 ");
          assertThat(ProxyHeaderReader.read(header)).isEqualTo(endsOf(client));
        }
      }
    }
  }

  /** It serves the same route, and tells the task itself. */
  @Test
  void anotherNodeIsToldNothing() throws Exception {
    int port = ProxyFixture.freePort();
    try (var node = TestTask.echoAt(new InetSocketAddress("127.0.0.2", port));
        var proxy = new ProxyFixture()) {
      proxy.publish(
          new Route(
              PublishedPort.tcp(port),
              "service",
              "web",
              policy(ClientIp.PROXY_V2),
              List.of(ProxyFixture.endpoint(refusing(), TaskState.RUNNING)),
              List.of(new Node("node", node.address().getAddress())),
              List.of()));
      proxy.awaitBound(port);
      try (Socket client = proxy.connect(port)) {
        client.getOutputStream().write(SAID);
        client.shutdownOutput();
        assertThat(client.getInputStream().readAllBytes()).isEqualTo(SAID);
      }
      assertThat(proxy.stats(port).detours()).isEqualTo(1);
    }
  }

  @Test
  void aResetTravelsBothWays() throws Exception {
    BlockingQueue<Socket> taken = new LinkedBlockingQueue<>();
    try (var task =
            TestTask.that(
                socket -> {
                  readHeader(socket.getInputStream());
                  taken.add(socket);
                  socket.getInputStream().read();
                });
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, policy(ClientIp.PROXY_V2), task.address());
      Socket client = proxy.connect(port);
      assertThat(taken.poll(10, TimeUnit.SECONDS)).isNotNull();
      client.setSoLinger(true, 0);
      client.close();
      assertThat(task.awaitFailure()).isInstanceOf(SocketException.class);
      try (Socket other = proxy.connect(port)) {
        Socket socket = Objects.requireNonNull(taken.poll(10, TimeUnit.SECONDS));
        socket.setSoLinger(true, 0);
        socket.close();
        assertThatThrownBy(() -> other.getInputStream().read()).isInstanceOf(SocketException.class);
      }
      assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.OK, 2L);
    }
  }

  private static InetSocketAddress refusing() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), ProxyFixture.freePort());
  }

  private static void write(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(7).nextBytes(bytes);
    return bytes;
  }
}
