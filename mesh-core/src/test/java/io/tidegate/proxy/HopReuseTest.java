package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.header.HopProtocol;
import io.tidegate.metrics.ShardCounter;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One client after the other, by the same connection between two agents. */
@Timeout(60)
class HopReuseTest {

  private static final byte[] END = {0, 0, 0, 0};

  private final HopFixture hop = new HopFixture();

  @AfterEach
  void close() {
    hop.close();
  }

  @Test
  void servesManyClientsByFewConnections() throws Exception {
    try (var task = TestTask.echo()) {
      int port = hop.serveFromFar(task.address());
      for (int i = 0; i < 200; i++) {
        try (Socket client = hop.near.connect(port)) {
          client.getOutputStream().write("hello".getBytes(US_ASCII));
          client.shutdownOutput();
          assertThat(client.getInputStream().readAllBytes()).asString(US_ASCII).isEqualTo("hello");
        }
      }
      assertThat(task.connections()).isEqualTo(200);
      assertThat(hop.count(ShardCounter.HOP_CONNECTIONS)).isBetween(1L, 10L);
    }
  }

  @Test
  void servesClientsOfTasksThatEndFirst() throws Exception {
    CompletableFuture<Integer> later = new CompletableFuture<>();
    try (var task =
        TestTask.that(
            socket -> {
              socket.getOutputStream().write(7);
              socket.shutdownOutput();
              later.complete(socket.getInputStream().readAllBytes().length);
            })) {
      int port = hop.serveFromFar(task.address());
      for (int i = 0; i < 50; i++) {
        try (Socket client = hop.near.connect(port)) {
          assertThat(client.getInputStream().readAllBytes()).containsExactly(7);
          client.getOutputStream().write(new byte[5]);
        }
      }
      assertThat(later.get(10, TimeUnit.SECONDS)).isEqualTo(5);
      assertThat(hop.count(ShardCounter.HOP_CONNECTIONS)).isBetween(1L, 10L);
    }
  }

  @Test
  void isNotUsedAgainAfterAReset() throws Exception {
    try (var task =
        TestTask.that(
            socket -> {
              socket.getInputStream().read();
              socket.setSoLinger(true, 0);
            })) {
      int port = hop.serveFromFar(task.address());
      for (int i = 0; i < 20; i++) {
        try (Socket client = hop.near.connect(port)) {
          client.getOutputStream().write(1);
          assertThatThrownBy(() -> client.getInputStream().read())
              .isInstanceOf(SocketException.class);
        }
      }
      assertThat(hop.count(ShardCounter.HOP_CONNECTIONS)).isGreaterThanOrEqualTo(20);
    }
  }

  @Test
  void isNotUsedAgainAfterBulk() throws Exception {
    try (var task = TestTask.that(socket -> new ByteStream(1).write(socket.getOutputStream(), 8))) {
      int port = hop.serveFromFar(task.address());
      for (int i = 0; i < 10; i++) {
        try (Socket client = hop.near.connect(port)) {
          new ByteStream(1).expect(client.getInputStream(), 8);
          assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
      }
      assertThat(hop.count(ShardCounter.HOP_CONNECTIONS)).isGreaterThanOrEqualTo(10);
    }
  }

  // --- what another agent may say ---

  @Test
  void isReadyForTheNextClientOnceBothEndsWereSaid() throws Exception {
    try (var task = TestTask.echo();
        var caller = new HopCaller(hop)) {
      hop.serveFromFar(task.address());
      for (byte i = 1; i <= 3; i++) {
        caller.pass(task.address());
        byte[] frame = {0, 0, 0, 1, i};
        caller.out().write(frame);
        assertThat(caller.in().readNBytes(frame.length)).isEqualTo(frame);
        caller.out().write(END);
        assertThat(caller.in().readNBytes(END.length)).isEqualTo(END);
      }
      assertThat(caller.in().readNBytes(HopProtocol.CHALLENGE_BYTES))
          .hasSize(HopProtocol.CHALLENGE_BYTES);
      assertThat(task.connections()).isEqualTo(3);
      assertThat(hop.count(ShardCounter.HOP_CONNECTIONS)).isEqualTo(1);
    }
  }

  @Test
  void endsWithItsClientWhereNobodyIsHeardAnyMore() throws Exception {
    try (var task = TestTask.echo();
        var caller = new HopCaller(hop)) {
      hop.serveFromFar(task.address());
      caller.pass(task.address());
      hop.hearNobody();
      caller.out().write(END);
      assertThat(caller.in().readAllBytes()).isEmpty();
    }
  }

  @Test
  void saysAChallengeOnlyOnceTheTaskHasGotAllOfTheClientBefore() throws Exception {
    CompletableFuture<Void> goOn = new CompletableFuture<>();
    int bytes = 60_000;
    try (var task =
            TestTask.that(
                socket -> {
                  socket.shutdownOutput();
                  goOn.get(10, TimeUnit.SECONDS);
                  socket.getInputStream().readAllBytes();
                });
        var caller = new HopCaller(hop)) {
      hop.serveFromFar(task.address());
      caller.pass(task.address());
      assertThat(caller.in().readNBytes(END.length)).isEqualTo(END);
      // More than what is on its way to a task that does not read can hold.
      Thread writer =
          Thread.startVirtualThread(
              () -> {
                try {
                  for (int i = 0; i < 700; i++) {
                    caller.out().write(new byte[] {0, 0, (byte) (bytes >> 8), (byte) bytes});
                    caller.out().write(new byte[bytes]);
                  }
                  caller.out().write(END);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      caller.setTimeoutMillis(300);
      assertThatThrownBy(() -> caller.in().read()).hasMessageContaining("timed out");
      goOn.complete(null);
      writer.join();
      caller.setTimeoutMillis(10_000);
      caller.pass(task.address());
    }
  }

  @Test
  void takesTheEndOfAConnectionForThatOfItsClient() throws Exception {
    CompletableFuture<byte[]> heard = new CompletableFuture<>();
    try (var task =
            TestTask.that(socket -> heard.complete(socket.getInputStream().readAllBytes()));
        var caller = new HopCaller(hop)) {
      hop.serveFromFar(task.address());
      caller.pass(task.address());
      caller.out().write(new byte[] {0, 0, 0, 2, 'o', 'k'});
      caller.end();
      assertThat(heard.get(10, TimeUnit.SECONDS)).asString(US_ASCII).isEqualTo("ok");
    }
  }

  @Test
  void resetsTheTaskWhereAConnectionEndsWithinAFrame() throws Exception {
    assertResetsTheTask(
        caller -> {
          caller.out().write(new byte[] {0, 0, 0, 3, 'n', 'o'});
          caller.end();
        });
  }

  @Test
  void resetsTheTaskWhereAFrameIsTooLong() throws Exception {
    assertResetsTheTask(caller -> caller.out().write("GET / HTTP/1.1".getBytes(US_ASCII)));
  }

  @Test
  void resetsTheTaskWhereMoreComesBehindAnEnd() throws Exception {
    assertResetsTheTask(caller -> caller.out().write(new byte[] {0, 0, 0, 0, 1}));
  }

  /** Something that a caller does. */
  private interface Deed {
    void by(HopCaller caller) throws IOException;
  }

  private void assertResetsTheTask(Deed deed) throws Exception {
    try (var task = TestTask.that(socket -> socket.getInputStream().readAllBytes());
        var caller = new HopCaller(hop)) {
      hop.serveFromFar(task.address());
      caller.pass(task.address());
      deed.by(caller);
      assertThat(task.awaitFailure())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }
}
