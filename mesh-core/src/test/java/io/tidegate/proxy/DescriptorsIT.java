package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process without a descriptor left waits for better times, at next to no cost. */
@Timeout(90)
class DescriptorsIT {

  private static final int CLIENTS = 300;
  private static final Duration EXHAUSTED = Duration.ofSeconds(10);
  // Ten a second and shard, and some to spare.
  private static final long MOST_PAUSES_PER_SECOND = ProxyFixture.SHARDS * 11L;

  /**
   * An even and an odd number: a client may take the last descriptor and leave none for its task.
   */
  @ParameterizedTest
  @ValueSource(ints = {300, 301})
  void keepsClientsWaitingUntilThereAreDescriptorsAgain(int descriptors) throws Exception {
    List<Socket> clients = new ArrayList<>();
    try (var task = TestTask.echo();
        var proxy = ProxyProcess.startWithDescriptors(descriptors, task.address());
        Socket relayed = proxy.connect()) {
      assertAnswers(relayed);
      long before = proxy.descriptors();
      connect(clients, proxy);
      Await.until(() -> proxy.vitals().acceptPauses() >= ProxyFixture.SHARDS);

      long beganNanos = System.nanoTime();
      Vitals atFirst = proxy.vitals();
      Duration cpuAtFirst = proxy.cpuTime();
      Awaitility.await()
          .during(EXHAUSTED)
          .atMost(EXHAUSTED.multipliedBy(2))
          .pollInterval(Duration.ofMillis(100))
          .untilAsserted(() -> assertAnswers(relayed));
      Duration cpu = proxy.cpuTime().minus(cpuAtFirst);
      Vitals atLast = proxy.vitals();
      // On a busy machine it is more than was asked for.
      Duration exhausted = Duration.ofNanos(System.nanoTime() - beganNanos);

      assertThat(atLast.connected()).isEqualTo(atFirst.connected()).isLessThan(CLIENTS);
      assertThat(atLast.acceptPauses() - atFirst.acceptPauses())
          .isBetween(1L, MOST_PAUSES_PER_SECOND * exhausted.toMillis() / 1_000);
      assertThat(cpu).isLessThan(exhausted.dividedBy(10));

      serveAll(clients);
      assertThat(proxy.vitals().refused()).isZero();
      Await.until(() -> proxy.vitals().active() == 1 && proxy.descriptors() == before);
      assertAnswers(relayed);
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  private static void connect(List<Socket> clients, ProxyProcess proxy) throws IOException {
    for (int i = 0; i < CLIENTS; i++) {
      Socket client = proxy.connect();
      clients.add(client);
      client.getOutputStream().write(42);
    }
  }

  /** Whoever has an answer leaves, which is what the others wait for. */
  private static void serveAll(List<Socket> clients) {
    Await.until(
        () -> {
          for (Iterator<Socket> all = clients.iterator(); all.hasNext(); ) {
            Socket client = all.next();
            if (client.getInputStream().available() > 0) {
              client.close();
              all.remove();
            }
          }
          return clients.isEmpty();
        });
  }

  private static void assertAnswers(Socket client) throws IOException {
    client.getOutputStream().write(42);
    assertThat(client.getInputStream().read()).isEqualTo(42);
  }
}
