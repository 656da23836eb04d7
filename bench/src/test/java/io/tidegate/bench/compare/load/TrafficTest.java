package io.tidegate.bench.compare.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Traffic straight to the task, with no proxy between. */
class TrafficTest {

  private static final Duration A_WHILE = Duration.ofMillis(50);

  private LoadLoop loop;
  private Responder responder;
  private InetSocketAddress target;

  @BeforeEach
  void open() throws IOException {
    loop = new LoadLoop();
    responder = new Responder(loop, 0);
    target = responder.address();
  }

  @AfterEach
  void close() {
    loop.abandon(responder);
    responder.close();
    loop.close();
  }

  @Test
  void uploadsArriveWhole() throws Exception {
    carry(new Bulk(loop, target, responder, Bulk.Direction.TO_TASK, 3));
  }

  @Test
  void downloadsArriveWhole() throws Exception {
    carry(new Bulk(loop, target, responder, Bulk.Direction.TO_CLIENT, 3));
  }

  @Test
  void requestsAreAnsweredOnOneConnection() throws Exception {
    carry(new KeepAlive(loop, target, responder, 4, 300_000));
  }

  @Test
  void requestsAreAnsweredOnAConnectionEach() throws Exception {
    carry(new ConnectClose(loop, target, responder, 4, 2));
  }

  @Test
  void datagramsComeBack() throws Exception {
    carry(new UdpRoundTrips(loop, target, responder, 4));
  }

  @Test
  void relaysStayOpenUntilTheyAreFinished() throws Exception {
    IdleRelays relays = new IdleRelays(loop, target, responder, 200);
    relays.begin();
    assertThat(loop.runUntil(relays, () -> relays.units() == 200, Duration.ofSeconds(10))).isTrue();
    assertThat(responder.open).isEqualTo(200);
    relays.finish();
    assertThat(responder.open).isZero();
  }

  @Test
  void requestsAreSentAtTheRate() throws Exception {
    OpenLoop requests = new OpenLoop(loop, target, responder, 8, 1_024, 2_000);
    requests.begin();
    loop.run(requests, Duration.ofMillis(500));
    requests.finish();
    assertThat(requests.units()).isBetween(800L, 1_200L);
    assertThat(requests.latency().getTotalCount()).isEqualTo(requests.units());
  }

  @Test
  void aChangedByteIsAFault() {
    assertThatThrownBy(() -> uploadThroughBadProxy(TrafficTest::changeOne))
        .hasMessageContaining("changed bytes");
  }

  @Test
  void lostBytesAreAFaultWhereverTheyStood() {
    assertThatThrownBy(() -> uploadThroughBadProxy(bytes -> Arrays.copyOf(bytes, 65_536)))
        .hasMessageContaining("changed bytes");
  }

  @Test
  void aLostEndIsAFault() throws Exception {
    Bulk upload = new Bulk(loop, target, responder, Bulk.Direction.TO_TASK, 1);
    upload.begin();
    loop.run(upload, A_WHILE);
    responder.sunkBytes--;
    assertThatThrownBy(upload::finish)
        .hasMessageMatching("\\d+ bytes moved by the task, \\d+ by clients");
  }

  private static byte[] changeOne(byte[] bytes) {
    bytes[99_999]++;
    return bytes;
  }

  private void uploadThroughBadProxy(UnaryOperator<byte[]> harm) throws Exception {
    try (BadProxy proxy = new BadProxy(target, harm)) {
      Bulk upload = new Bulk(loop, proxy.address(), responder, Bulk.Direction.TO_TASK, 1);
      upload.begin();
      loop.run(upload, Duration.ofSeconds(5));
    }
  }

  @Test
  void aRefusedConnectionIsAFault() throws Exception {
    InetSocketAddress nobody;
    try (var bound = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), bound.getLocalPort());
    }
    KeepAlive requests = new KeepAlive(loop, nobody, responder, 1, 2);
    assertThatThrownBy(
            () -> {
              requests.begin();
              loop.run(requests, Duration.ofSeconds(5));
            })
        .hasMessageContaining("Connection refused");
  }

  private void carry(Traffic traffic) throws IOException, TrafficException {
    traffic.begin();
    assertThat(loop.runUntil(traffic, () -> traffic.units() > 0, Duration.ofSeconds(10))).isTrue();
    traffic.finish();
  }
}
