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
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What is much more than all buffers on the way can hold arrives whole, or with a reset. */
@Timeout(120)
@ParameterizedClass
@MethodSource("ways")
class BulkTest {

  static List<Supplier<Way>> ways() {
    List<ProxyConfig> configs = new ArrayList<>(RelayTest.configs());
    // Whoever does not get the one pipe copies, until it is free again.
    configs.add(ProxyFixture.config(RelayMode.SPLICE, 1));
    List<Supplier<Way>> ways = new ArrayList<>();
    configs.forEach(config -> ways.add(() -> Way.straight(config)));
    configs.forEach(config -> ways.add(() -> Way.byHop(config)));
    return ways;
  }

  private static final int UP = 1;
  private static final int DOWN = 2;

  private final Supplier<Way> way;

  BulkTest(Supplier<Way> way) {
    this.way = way;
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
        var served = way.get();
        Socket client = served.connect(served.serveFrom(task.address()))) {
      exchange(client, 64, UP, DOWN);
      seenByTask.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void passesManyFlowsAtOnce() throws Exception {
    try (var task = TestTask.that(socket -> exchange(socket, 8, DOWN, UP));
        var served = way.get();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      int port = served.serveFrom(task.address());
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        clients.add(
            threads.submit(
                () -> {
                  try (Socket client = served.connect(port)) {
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
        var served = way.get();
        Socket client = served.connect(served.serveFrom(task.address()))) {
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
        var served = way.get();
        Socket client = served.connect(served.serveFrom(task.address()))) {
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
        var served = way.get();
        Socket client = served.connect(served.serveFrom(task.address()))) {
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
        var served = way.get()) {
      try (Socket client = served.connect(served.serveFrom(task.address()))) {
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
