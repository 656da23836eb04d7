package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.header.HopAnswer;
import io.tidegate.header.HopHeader;
import io.tidegate.header.HopProtocol;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.HopKey;
import io.tidegate.routing.HopOffer;
import io.tidegate.routing.Reach;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that are passed to the agent on the task's node. */
@Timeout(60)
class HopTest {

  private final HopFixture hop = new HopFixture();

  @AfterEach
  void close() {
    hop.close();
  }

  @Test
  void passesBytesBothWaysUnchangedAndTheirEnds() throws Exception {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    try (var task =
            TestTask.that(
                socket -> {
                  new ByteStream(1).expect(socket.getInputStream(), 64);
                  assertThat(socket.getInputStream().read()).isEqualTo(-1);
                  new ByteStream(2).write(socket.getOutputStream(), 64);
                  sent.complete(null);
                });
        Socket client = hop.near.connect(hop.serveFromFar(task.address()))) {
      OutputStream out = client.getOutputStream();
      new ByteStream(1).write(out, 64);
      client.shutdownOutput();
      InputStream in = client.getInputStream();
      new ByteStream(2).expect(in, 64);
      assertThat(in.read()).isEqualTo(-1);
      sent.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void losesNothingOfATaskThatSpeaksFirst() throws Exception {
    try (var task =
        TestTask.that(
            socket -> {
              socket.getOutputStream().write("220 ready\r\n".getBytes(US_ASCII));
              socket.getInputStream().read();
            })) {
      int port = hop.serveFromFar(task.address());
      for (int i = 0; i < 200; i++) {
        try (Socket client = hop.near.connect(port)) {
          assertThat(client.getInputStream().readNBytes(11))
              .asString(US_ASCII)
              .isEqualTo("220 ready\r\n");
        }
      }
    }
  }

  @Test
  void passesAResetOn() throws Exception {
    CompletableFuture<Throwable> seen = new CompletableFuture<>();
    try (var task =
            TestTask.that(
                socket -> {
                  socket.getOutputStream().write(1);
                  try {
                    socket.getInputStream().read();
                    seen.complete(new AssertionError("an end instead of a reset"));
                  } catch (IOException e) {
                    seen.complete(e);
                  }
                });
        Socket client = hop.near.connect(hop.serveFromFar(task.address()))) {
      client.getInputStream().read();
      reset(client);
      assertThat(seen.get(10, TimeUnit.SECONDS)).isInstanceOf(SocketException.class);
    }
  }

  private static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Test
  void triesAnotherTaskWhereOneIsGone() throws Exception {
    try (var gone = TestTask.echo();
        var there = TestTask.echo()) {
      hop.tellFar(HopFixture.local(there.address()));
      int port =
          hop.serve(
              hop.passed(gone.address(), hop.offer()), hop.passed(there.address(), hop.offer()));
      for (int i = 0; i < 50; i++) {
        assertEchoes(port);
      }
      assertThat(gone.connections()).isZero();
      assertThat(refused()).isPositive();
    }
  }

  @Test
  void neverReachesAnotherTaskThatHasTheAddressNow() throws Exception {
    try (var later = TestTask.echo()) {
      Endpoint earlier = hop.passed(later.address(), hop.offer());
      Endpoint now = named("later", HopFixture.local(later.address()));
      hop.tellFar(now);
      int port = hop.serve(earlier);
      try (Socket client = hop.near.connect(port)) {
        client.getOutputStream().write(1);
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
      }
      assertThat(later.connections()).isZero();
    }
  }

  @Test
  void triesAnotherTaskWhereOneHasLostItsAddress() throws Exception {
    assertGoesElsewhere(HopFixture.LEFT);
    assertThat(hop.count(ShardCounter.HOPS_STRAYED)).isPositive();
  }

  @Test
  void triesAnotherTaskWhereNobodyKnowsWhetherOneHasItsAddress() throws Exception {
    assertGoesElsewhere(HopFixture.UNTOLD);
    assertThat(hop.count(ShardCounter.HOPS_STRAYED)).isZero();
  }

  @Test
  void triesAnotherTaskWhereItIsNotKnownYetWhereOneIsAndSaysNothingAgainstIt() throws Exception {
    try (var fresh = TestTask.echo();
        var there = TestTask.echo()) {
      hop.tellFar(
          HopFixture.local(fresh.address(), Reach.UNKNOWN_HOME),
          HopFixture.local(there.address(), "home"));
      int port =
          hop.serve(
              hop.passed(fresh.address(), hop.offer()), hop.passed(there.address(), hop.offer()));
      for (int i = 0; i < 50; i++) {
        assertEchoes(port);
      }
      assertThat(fresh.connections()).isZero();
      assertThat(refused()).isPositive();
      assertThat(hop.outcomes).isEmpty();
      assertThat(hop.connectFailures(port)).isZero();
    }
  }

  @Test
  void triesAnotherTaskWhereOneRefusesAndSaysSo() throws Exception {
    InetSocketAddress refusing =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), ProxyFixture.freePort());
    try (var there = TestTask.echo()) {
      int port = hop.serveFromFar(refusing, there.address());
      for (int i = 0; i < 50; i++) {
        assertEchoes(port);
      }
      assertThat(hop.outcomes).isNotEmpty();
      assertThat(hop.connectFailures(port)).isPositive();
    }
  }

  private void assertGoesElsewhere(String home) throws Exception {
    AtomicInteger heard = new AtomicInteger();
    try (var stranger =
            TestTask.that(
                socket -> {
                  if (socket.getInputStream().read() >= 0) {
                    heard.incrementAndGet();
                  }
                });
        var there = TestTask.echo()) {
      hop.tellFar(
          HopFixture.local(stranger.address(), home), HopFixture.local(there.address(), "home"));
      int port =
          hop.serve(
              hop.passed(stranger.address(), hop.offer()),
              hop.passed(there.address(), hop.offer()));
      for (int i = 0; i < 50; i++) {
        assertEchoes(port);
      }
      assertThat(stranger.connections()).isPositive();
      assertThat(stranger.awaitFailure()).isInstanceOf(SocketException.class);
      assertThat(heard).hasValue(0);
      assertThat(refused()).isPositive();
    }
  }

  private static Endpoint named(String taskId, Endpoint endpoint) {
    return new Endpoint(
        taskId,
        taskId,
        endpoint.nodeId(),
        endpoint.state(),
        endpoint.address(),
        endpoint.reach(),
        endpoint.ejection());
  }

  @Test
  void isNotBelievedWithAnotherKey() throws Exception {
    try (var task = TestTask.echo();
        var direct = TestTask.echo()) {
      HopOffer forged =
          new HopOffer(
              hop.farAddress,
              "ingress_sbox",
              HopFixture.NEAR_ID,
              new HopKey("thirty-two bytes that are wrong.".getBytes(US_ASCII)));
      hop.tellFar(HopFixture.local(task.address()));
      int port = hop.serve(hop.passed(task.address(), forged), HopFixture.local(direct.address()));
      for (int i = 0; i < 10; i++) {
        assertEchoes(port);
      }
      assertThat(task.connections()).isZero();
    }
  }

  @Test
  void closesWhatIsNoHeader() throws Exception {
    hop.tellFar();
    try (Socket stranger = new Socket(hop.farAddress.getAddress(), hop.farAddress.getPort())) {
      stranger.setSoTimeout(10_000);
      assertThat(stranger.getInputStream().readNBytes(HopProtocol.CHALLENGE_BYTES))
          .hasSize(HopProtocol.CHALLENGE_BYTES);
      stranger.getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(US_ASCII));
      assertThat(stranger.getInputStream().read()).isEqualTo(HopAnswer.NOT_BELIEVED.code());
      assertThat(stranger.getInputStream().read()).isEqualTo(-1);
    }
  }

  /** What is to be said for a task once the far node has said its challenge. */
  private byte[] header(Socket caller, InetSocketAddress task) throws IOException {
    caller.connect(hop.farAddress);
    caller.setSoTimeout(10_000);
    caller.setTcpNoDelay(true);
    byte[] challenge = caller.getInputStream().readNBytes(HopProtocol.CHALLENGE_BYTES);
    HopHeader header =
        new HopHeader(
            null,
            HopHeader.NO_UDP,
            hop.passed(task, hop.offer()).reach().fixedPort(),
            "service",
            "task-" + task.getPort(),
            "1-1",
            HopFixture.NEAR_ID);
    return header.sealed(hop.offer().key(), challenge);
  }

  @Test
  void refusesAHeaderThatMoreComesBehindBeforeItIsAnswered() throws Exception {
    try (var task = TestTask.echo();
        Socket caller = new Socket()) {
      hop.serveFromFar(task.address());
      byte[] header = header(caller, task.address());
      caller.getOutputStream().write(Arrays.copyOf(header, header.length + 1));
      assertThat(caller.getInputStream().read()).isEqualTo(HopAnswer.NOT_BELIEVED.code());
      assertThat(caller.getInputStream().read()).isEqualTo(-1);
      assertThat(task.connections()).isZero();
    }
  }

  @Test
  void endsACallThatEndsWithinItsHeader() throws Exception {
    try (var task = TestTask.echo();
        Socket caller = new Socket()) {
      hop.serveFromFar(task.address());
      byte[] header = header(caller, task.address());
      caller.getOutputStream().write(header, 0, header.length - 1);
      caller.shutdownOutput();
      assertThat(caller.getInputStream().read()).isEqualTo(-1);
      assertThat(task.connections()).isZero();
    }
  }

  @Test
  void readsAHeaderThatComesByteByByte() throws Exception {
    try (var task = TestTask.echo();
        Socket caller = new Socket()) {
      hop.serveFromFar(task.address());
      for (byte b : header(caller, task.address())) {
        caller.getOutputStream().write(b);
      }
      assertThat(caller.getInputStream().read()).isEqualTo(HopAnswer.TAKEN.code());
      caller.getOutputStream().write(new byte[] {0, 0, 0, 1, 7});
      assertThat(caller.getInputStream().readNBytes(5)).containsExactly(0, 0, 0, 1, 7);
    }
  }

  @Test
  void keepsConnectionsWarm() throws Exception {
    try (var task = TestTask.echo()) {
      int port = hop.serveFromFar(task.address());
      for (int i = 0; i < 20; i++) {
        assertEchoes(port);
      }
      Await.until(() -> HopFixture.places(hop.far) > 0);
      hop.far.shards.hear(List.of());
      Await.until(() -> HopFixture.places(hop.far) == 0);
    }
  }

  @Test
  void tellsTheTaskItsClientOnceAndFromTheOtherNode() throws Exception {
    CompletableFuture<String> seen = new CompletableFuture<>();
    try (var task =
        TestTask.that(
            socket -> {
              byte[] line = new byte[128];
              int length = socket.getInputStream().read(line);
              seen.complete(new String(line, 0, length, US_ASCII));
            })) {
      hop.tellWho(ClientIp.PROXY_V1);
      int port = hop.serveFromFar(task.address());
      try (Socket client = hop.near.connect(port)) {
        assertThat(seen.get(10, TimeUnit.SECONDS))
            .isEqualTo(
                "PROXY TCP4 127.0.0.1 127.0.0.1 %d %d\r\n".formatted(client.getLocalPort(), port));
      }
    }
  }

  @Test
  void comesBackWhenTheOtherAgentDoes() throws Exception {
    try (var task = TestTask.echo()) {
      int port = hop.serveFromFar(task.address());
      assertEchoes(port);
      hop.hearNobody();
      hop.hear();
      Await.until(() -> echoes(port));
    }
  }

  @Test
  void countsNothingTwiceAndLeavesNothing() throws Exception {
    try (var task = TestTask.echo()) {
      int port = hop.serveFromFar(task.address());
      List<Socket> clients = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        clients.add(hop.near.connect(port));
      }
      for (Socket client : clients) {
        client.getOutputStream().write(1);
        assertThat(client.getInputStream().read()).isEqualTo(1);
      }
      for (Socket client : clients) {
        client.close();
      }
      hop.awaitNothingOpen();
      assertThat(hop.far.shards.drain(Duration.ofSeconds(5))).isTrue();
    }
  }

  private long refused() {
    return hop.count(ShardCounter.HOPS_REFUSED);
  }

  private boolean echoes(int port) {
    try {
      assertEchoes(port);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void assertEchoes(int port) throws IOException {
    try (Socket client = hop.near.connect(port)) {
      client.getOutputStream().write("hello".getBytes(US_ASCII));
      client.shutdownOutput();
      assertThat(client.getInputStream().readAllBytes()).asString(US_ASCII).isEqualTo("hello");
    }
  }
}
