package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What is much more than all buffers on the way can hold arrives whole, or with a reset. */
@Timeout(120)
@ParameterizedClass
@MethodSource("configs")
class BulkTest {

  static List<ProxyConfig> configs() {
    List<ProxyConfig> configs = new ArrayList<>(RelayTest.configs());
    // Whoever does not get the one pipe copies, until it is free again.
    configs.add(ProxyFixture.config(RelayMode.SPLICE, 1));
    return configs;
  }

  private static final int UP = 1;
  private static final int DOWN = 2;

  private final ProxyConfig config;

  BulkTest(ProxyConfig config) {
    this.config = config;
  }

  @Test
  void passesSixtyFourMibBothWaysAtOnce() throws Exception {
    CompletableFuture<Void> seenByTask = new CompletableFuture<>();
    try (var task =
            TestTask.that(
                socket -> {
                  exchange(socket, 64, DOWN, UP);
                  seenByTask.complete(null);
                });
        var proxy = new ProxyFixture(config);
        Socket client = proxy.connect(proxy.serve(task.address()))) {
      exchange(client, 64, UP, DOWN);
      seenByTask.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void passesManyFlowsAtOnce() throws Exception {
    try (var task = TestTask.that(socket -> exchange(socket, 8, DOWN, UP));
        var proxy = new ProxyFixture(config);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      int port = proxy.serve(task.address());
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        clients.add(
            threads.submit(
                () -> {
                  try (Socket client = proxy.connect(port)) {
                    exchange(client, 8, UP, DOWN);
                  }
                  return null;
                }));
      }
      for (Future<?> client : clients) {
        client.get(60, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void holdsTheClientBackWheneverTheTaskPauses() throws Exception {
    CountDownLatch written = new CountDownLatch(1);
    CompletableFuture<Void> seenByTask = new CompletableFuture<>();
    try (var task =
            TestTask.that(
                socket -> {
                  ByteStream expected = new ByteStream(UP);
                  for (int i = 0; i < 3; i++) {
                    assertThat(written.await(200, TimeUnit.MILLISECONDS)).isFalse();
                    expected.expect(socket.getInputStream(), 8);
                  }
                  expected.expect(socket.getInputStream(), 40);
                  seenByTask.complete(null);
                });
        var proxy = new ProxyFixture(config);
        Socket client = proxy.connect(proxy.serve(task.address()))) {
      new ByteStream(UP).write(client.getOutputStream(), 64);
      written.countDown();
      seenByTask.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void deliversEverythingBeforeAnEndThatIsRightBehindItToASlowTask() throws Exception {
    CompletableFuture<Integer> end = new CompletableFuture<>();
    CountDownLatch ended = new CountDownLatch(1);
    try (var task =
            TestTask.that(
                socket -> {
                  ByteStream expected = new ByteStream(UP);
                  assertThat(ended.await(200, TimeUnit.MILLISECONDS)).isFalse();
                  for (int i = 0; i < 32; i++) {
                    expected.expect(socket.getInputStream(), 1);
                  }
                  end.complete(socket.getInputStream().read());
                });
        var proxy = new ProxyFixture(config);
        Socket client = proxy.connect(proxy.serve(task.address()))) {
      new ByteStream(UP).write(client.getOutputStream(), 32);
      client.shutdownOutput();
      ended.countDown();
      assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo(-1);
    }
  }

  @Test
  void passesTheTasksResetInTheMiddleOfAnAnswer() throws Exception {
    try (var task =
            TestTask.that(
                socket -> {
                  new ByteStream(DOWN).write(socket.getOutputStream(), 16);
                  socket.setSoLinger(true, 0);
                });
        var proxy = new ProxyFixture(config);
        Socket client = proxy.connect(proxy.serve(task.address()))) {
      ByteStream expected = new ByteStream(DOWN);
      expected.expect(client.getInputStream(), 1);
      assertThatThrownBy(() -> client.getInputStream().readAllBytes())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void passesTheClientsResetInTheMiddleOfAnUpload() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    try (var task =
            TestTask.that(
                socket -> {
                  new ByteStream(UP).expect(socket.getInputStream(), 1);
                  begun.countDown();
                  socket.getInputStream().readAllBytes();
                });
        var proxy = new ProxyFixture(config)) {
      try (Socket client = proxy.connect(proxy.serve(task.address()))) {
        new ByteStream(UP).write(client.getOutputStream(), 8);
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        client.setSoLinger(true, 0);
      }
      assertThat(task.awaitFailure())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  /** Sends one stream while it expects another, and both ends. */
  private static void exchange(Socket socket, int mib, long sent, long expected) throws Exception {
    Thread writer =
        Thread.startVirtualThread(
            () -> {
              try {
                new ByteStream(sent).write(socket.getOutputStream(), mib);
                socket.shutdownOutput();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    new ByteStream(expected).expect(socket.getInputStream(), mib);
    assertThat(socket.getInputStream().read()).isEqualTo(-1);
    writer.join();
  }
}
