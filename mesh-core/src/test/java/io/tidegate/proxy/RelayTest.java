package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.CloseCause;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Byte for byte, end for end, reset for reset. */
@Timeout(60)
@ParameterizedClass
@MethodSource("configs")
class RelayTest {

  static List<ProxyConfig> configs() {
    return List.of(
        ProxyFixture.config(RelayMode.ADAPTIVE, 4),
        ProxyFixture.config(RelayMode.COPY, 4),
        ProxyFixture.config(RelayMode.SPLICE, 4),
        // With no pipe to be had, every splice falls back to a copy.
        ProxyFixture.config(RelayMode.SPLICE, 0));
  }

  private final ProxyConfig config;

  RelayTest(ProxyConfig config) {
    this.config = config;
  }

  private static final int MIB = 1 << 20;

  @Test
  void passesBytesBothWaysAtOnceUnchanged() throws Exception {
    byte[] up = bytes(16 * MIB, 1);
    byte[] down = bytes(16 * MIB, 2);
    CompletableFuture<byte[]> seenByTask = new CompletableFuture<>();
    try (var task =
            TestTask.that(
                socket -> {
                  Thread writer = Thread.startVirtualThread(() -> write(socket, down));
                  seenByTask.complete(socket.getInputStream().readNBytes(up.length));
                  writer.join();
                });
        var proxy = new ProxyFixture(config);
        Socket client = proxy.connect(proxy.serve(task.address()))) {
      Thread writer = Thread.startVirtualThread(() -> write(client, up));
      assertThat(client.getInputStream().readNBytes(down.length)).isEqualTo(down);
      assertThat(seenByTask.get(20, TimeUnit.SECONDS)).isEqualTo(up);
      writer.join();
    }
  }

  @Test
  void passesSingleBytesOneByOne() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture(config);
        Socket client = proxy.connect(proxy.serve(task.address()))) {
      client.setTcpNoDelay(true);
      for (int i = 0; i < 2_000; i++) {
        client.getOutputStream().write(i);
        assertThat(client.getInputStream().read()).isEqualTo(i & 0xff);
      }
    }
  }

  @Test
  void passesTheClientsEndAndStillDeliversTheAnswer() throws Exception {
    byte[] answer = bytes(4 * MIB, 3);
    try (var task =
            TestTask.that(
                socket -> {
                  byte[] question = socket.getInputStream().readAllBytes();
                  assertThat(question).asString().isEqualTo("question");
                  socket.getOutputStream().write(answer);
                });
        var proxy = new ProxyFixture(config);
        Socket client = proxy.connect(proxy.serve(task.address()))) {
      client.getOutputStream().write("question".getBytes(StandardCharsets.US_ASCII));
      client.shutdownOutput();
      assertThat(client.getInputStream().readAllBytes()).isEqualTo(answer);
    }
  }

  @Test
  void passesTheTasksEndAndStillDeliversWhatTheClientSends() throws Exception {
    byte[] upload = bytes(4 * MIB, 4);
    CompletableFuture<byte[]> seenByTask = new CompletableFuture<>();
    try (var task =
            TestTask.that(
                socket -> {
                  socket.shutdownOutput();
                  seenByTask.complete(socket.getInputStream().readAllBytes());
                });
        var proxy = new ProxyFixture(config);
        Socket client = proxy.connect(proxy.serve(task.address()))) {
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      client.getOutputStream().write(upload);
      client.shutdownOutput();
      assertThat(seenByTask.get(20, TimeUnit.SECONDS)).isEqualTo(upload);
    }
  }

  @Test
  void deliversEverythingBeforeAnEndThatIsRightBehindItToASlowReader() throws Exception {
    byte[] answer = bytes(32 * MIB, 5);
    try (var task = TestTask.that(socket -> socket.getOutputStream().write(answer));
        var proxy = new ProxyFixture(config);
        Socket client = proxy.connect(proxy.serve(task.address()))) {
      byte[] seen = new byte[answer.length];
      InputStream in = client.getInputStream();
      int length = 0;
      int read;
      while ((read = in.read(seen, length, Math.min(4_096, seen.length - length))) > 0) {
        length += read;
      }
      assertThat(length).isEqualTo(answer.length);
      assertThat(seen).isEqualTo(answer);
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @Test
  void holdsTheSenderBackWhileTheReaderPauses() throws Exception {
    byte[] answer = bytes(64 * MIB, 6);
    CountDownLatch written = new CountDownLatch(1);
    try (var task =
            TestTask.that(
                socket -> {
                  socket.getOutputStream().write(answer);
                  written.countDown();
                });
        var proxy = new ProxyFixture(config);
        Socket client = proxy.connect(proxy.serve(task.address()))) {
      assertThat(written.await(300, TimeUnit.MILLISECONDS)).isFalse();
      assertThat(client.getInputStream().readAllBytes()).isEqualTo(answer);
      assertThat(written.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void passesTheTasksResetAsAReset() throws Exception {
    try (var task =
            TestTask.that(
                socket -> {
                  assertThat(socket.getInputStream().read()).isEqualTo(1);
                  socket.setSoLinger(true, 0);
                });
        var proxy = new ProxyFixture(config);
        Socket client = proxy.connect(proxy.serve(task.address()))) {
      int port = client.getPort();
      client.getOutputStream().write(1);
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      Await.until(() -> closes(proxy, port, CloseCause.TASK_RESET) == 1);
    }
  }

  @Test
  void passesTheClientsResetAsAReset() throws Exception {
    try (var task =
            TestTask.that(
                socket -> {
                  assertThat(socket.getInputStream().read()).isEqualTo(1);
                  socket.getOutputStream().write(2);
                  socket.getInputStream().read();
                });
        var proxy = new ProxyFixture(config)) {
      int port = proxy.serve(task.address());
      try (Socket client = proxy.connect(port)) {
        client.getOutputStream().write(1);
        assertThat(client.getInputStream().read()).isEqualTo(2);
        client.setSoLinger(true, 0);
      }
      assertThat(task.awaitFailure())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      Await.until(() -> closes(proxy, port, CloseCause.CLIENT_RESET) == 1);
    }
  }

  @Test
  void resetsARelayInWhichNothingMovesForTheIdleTimeout() throws Exception {
    ProxyConfig hasty = ProxyFixture.config(Duration.ofMillis(200), Duration.ofMillis(400));
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture(hasty);
        Socket client = proxy.connect(proxy.serve(task.address()))) {
      int port = client.getPort();
      client.getOutputStream().write(7);
      assertThat(client.getInputStream().read()).isEqualTo(7);
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
      assertThat(closes(proxy, port, CloseCause.IDLE)).isEqualTo(1);
    }
  }

  @Test
  void keepsARelayInWhichSomethingMoves() throws Exception {
    AtomicLong aheadNanos = new AtomicLong();
    ProxyConfig patient = ProxyFixture.config(Duration.ofSeconds(4), Duration.ofMinutes(1));
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture(patient, () -> System.nanoTime() + aheadNanos.get());
        Socket client = proxy.connect(proxy.serve(task.address()))) {
      for (int i = 0; i < 5; i++) {
        client.getOutputStream().write(7);
        assertThat(client.getInputStream().read()).isEqualTo(7);
        aheadNanos.addAndGet(Duration.ofSeconds(40).toNanos());
        awaitTicks(proxy);
      }
      client.getOutputStream().write(7);
      assertThat(client.getInputStream().read()).isEqualTo(7);
    }
  }

  /** Until the shards have seen the time. */
  private static void awaitTicks(ProxyFixture proxy) {
    long before = ticks(proxy);
    Await.until(() -> ticks(proxy) > before + 2);
  }

  private static long ticks(ProxyFixture proxy) {
    return proxy.shards.stats().loopLag().getTotalCount();
  }

  @Test
  void countsBytesAndRelaysOfRouteAndEndpoint() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture(config)) {
      int port = proxy.serve(task.address());
      try (Socket client = proxy.connect(port)) {
        client.getOutputStream().write(new byte[1_000]);
        client.getInputStream().readNBytes(1_000);
        assertThat(proxy.stats(port).active()).isEqualTo(1);
      }
      Await.until(() -> closes(proxy, port, CloseCause.FINISHED) == 1);
      var stats = proxy.stats(port);
      assertThat(stats.bytesIn()).isEqualTo(1_000);
      assertThat(stats.bytesOut()).isEqualTo(1_000);
      assertThat(stats.active()).isZero();
      assertThat(stats.connect().getTotalCount()).isEqualTo(1);
      assertThat(stats.firstByte().getTotalCount()).isEqualTo(1);
      assertThat(stats.duration().getTotalCount()).isEqualTo(1);
      var endpoint = stats.endpoints().values().iterator().next();
      assertThat(endpoint.relays()).isEqualTo(1);
      assertThat(endpoint.bytesIn()).isEqualTo(1_000);
      assertThat(endpoint.bytesOut()).isEqualTo(1_000);
    }
  }

  private static long closes(ProxyFixture proxy, int port, CloseCause cause) {
    return proxy.stats(port).closes().getOrDefault(cause, 0L);
  }

  private static byte[] bytes(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static void write(Socket socket, byte[] bytes) {
    try {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
