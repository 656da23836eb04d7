package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tidegate.overload.Descriptors;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Thousands of relays that end in the same moment leave nothing behind. */
@Timeout(120)
class ResetStormIT {

  private static final int RELAYS = 5_000;
  private static final int ROUNDS = 2;
  // So many clients ask for more than they take: their relays are reset with pipes and buffers full
  // of bytes.
  private static final int GREEDY = 100;
  private static final int MORE = 7;
  private static final long MOST_PIPE_ENDS =
      2L * ProxyFixture.SHARDS * RelayConfig.defaults().pipes();

  // Fewer than the task's accept queue holds: it is not what is tried here.
  private static final int UNDER_WAY = 256;

  private final List<Socket> clients = new ArrayList<>();

  @BeforeAll
  static void needsDescriptors() {
    assumeThat(Descriptors.limit()).isGreaterThan(2 * RELAYS + 1_000);
  }

  @AfterEach
  void closeClients() throws IOException {
    for (Socket client : clients) {
      client.close();
    }
  }

  @Test
  void givesEverythingBackWhenAllClientsReset() throws Exception {
    try (var task = TestTask.that(ResetStormIT::answer);
        var proxy = ProxyProcess.start(task.address())) {
      Held before = Held.by(proxy);
      for (int round = 0; round < ROUNDS; round++) {
        openAll(proxy);
        Await.until(() -> proxy.pipeEnds() > 0 && proxy.vitals().keptBytes() > 0);
        resetAll();
        assertIsBackTo(before, proxy);
      }
    }
  }

  @Test
  void givesEverythingBackWhenAllTasksReset() throws Exception {
    CountDownLatch reset = new CountDownLatch(1);
    try (var task =
            TestTask.that(
                socket -> {
                  socket.getOutputStream().write(socket.getInputStream().read());
                  reset.await();
                  socket.setSoLinger(true, 0);
                });
        var proxy = ProxyProcess.start(task.address())) {
      Held before = Held.by(proxy);
      openAll(proxy);
      reset.countDown();
      for (Socket client : clients) {
        assertThatThrownBy(() -> client.getInputStream().read())
            .isInstanceOf(SocketException.class)
            .hasMessageContaining("reset");
      }
      assertIsBackTo(before, proxy);
    }
  }

  @Test
  void givesEverythingBackWhenClientsAreGoneBeforeTheirTasksAreThere() throws Exception {
    try (var task = TestTask.that(ResetStormIT::answer);
        var proxy = ProxyProcess.start(task.address())) {
      Held before = Held.by(proxy);
      for (int i = 0; i < RELAYS; i++) {
        Socket client = proxy.connect();
        client.setSoLinger(true, 0);
        client.close();
      }
      assertIsBackTo(before, proxy);
    }
  }

  /** Answers each byte, or floods whoever asks for more. */
  private static void answer(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    int read;
    while ((read = in.read()) >= 0) {
      socket.getOutputStream().write(read);
      while (read == MORE) {
        socket.getOutputStream().write(new byte[1 << 16]);
      }
    }
  }

  private void openAll(ProxyProcess proxy) throws IOException {
    clients.clear();
    for (int i = 0; i < RELAYS + UNDER_WAY; i++) {
      if (i < RELAYS) {
        Socket client = proxy.connect();
        clients.add(client);
        client.getOutputStream().write(word(i));
      }
      int earlier = i - UNDER_WAY;
      if (earlier >= 0) {
        assertThat(clients.get(earlier).getInputStream().read()).isEqualTo(word(earlier));
      }
    }
    assertThat(proxy.vitals().active()).isEqualTo(RELAYS);
    assertThat(proxy.descriptors()).isGreaterThan(2L * RELAYS);
  }

  private static int word(int client) {
    return client < GREEDY ? MORE : 42;
  }

  private void resetAll() throws IOException {
    for (Socket client : clients) {
      client.setSoLinger(true, 0);
    }
    for (Socket client : clients) {
      client.close();
    }
  }

  private static void assertIsBackTo(Held before, ProxyProcess proxy) throws IOException {
    Await.until(() -> Held.by(proxy).equals(before));
    assertThat(proxy.pipeEnds()).isLessThanOrEqualTo(MOST_PIPE_ENDS);
    try (Socket client = proxy.connect()) {
      client.getOutputStream().write(42);
      assertThat(client.getInputStream().read()).isEqualTo(42);
    }
    Await.until(() -> Held.by(proxy).equals(before));
  }

  /** What relays hold. Empty pipes may stay with their shard. */
  private record Held(long active, long descriptors, long keptBytes) {

    static Held by(ProxyProcess proxy) {
      Vitals vitals = proxy.vitals();
      return new Held(vitals.active(), proxy.descriptors() - proxy.pipeEnds(), vitals.keptBytes());
    }
  }
}
