package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.DatagramResult;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UdpSessionTest {

  private static final UdpConfig PLENTY = new UdpConfig(Duration.ofSeconds(60), 1_000, 100_000);

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : opened.reversed()) {
      closeable.close();
    }
  }

  @Test
  void answersThroughTheTask() throws IOException {
    ProxyFixture proxy = proxy(PLENTY);
    int port = proxy.serveUdp(0, task("a").address());

    assertThat(probe(port).ask("hello")).isEqualTo("a hello");
    assertThat(proxy.stats(port).active()).isEqualTo(1);
    assertThat(proxy.stats(port).bytesIn()).isEqualTo(5);
    Await.until(() -> proxy.stats(port).bytesOut() == 7);
  }

  @Test
  void keepsOneSessionPerClient() throws IOException {
    UdpTask task = keep(UdpTask.echo());
    ProxyFixture proxy = proxy(PLENTY);
    int port = proxy.serveUdp(0, task.address());
    List<UdpProbe> probes = List.of(probe(port), probe(port), probe(port));

    for (int i = 0; i < 20; i++) {
      for (UdpProbe probe : probes) {
        String text = i + " from " + probe.socket.getLocalPort();
        assertThat(probe.ask(text)).isEqualTo(text);
      }
    }
    assertThat(task.senders()).isEqualTo(3);
    assertThat(proxy.stats(port).active()).isEqualTo(3);
  }

  @Test
  void answersFromTheAddressThatTheClientWroteTo() throws IOException {
    ProxyFixture proxy = proxy(PLENTY);
    int port = proxy.serveUdp(0, task("a").address());

    for (String host : List.of("127.0.0.1", "127.0.0.2")) {
      UdpProbe probe = keep(new UdpProbe(host, port));
      probe.send("hello".getBytes(UTF_8));
      assertThat(probe.receive(5_000).getSocketAddress())
          .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral(host), port));
    }
  }

  @Test
  void servesOneFamilyAlone() throws IOException {
    ProxyFixture proxy = keep(new ProxyFixture());
    int port = proxy.serveUdp(0, task("a").address());

    UdpProbe probe = probe(port);
    probe.send("hello".getBytes(UTF_8));
    assertThat(probe.receive(5_000).getSocketAddress())
        .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
  }

  @Test
  void servesClientsThatSpeakIpv6() throws IOException {
    ProxyFixture proxy = proxy(PLENTY);
    int port = proxy.serveUdp(0, task("a").address());

    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("::1"))) {
      socket.setSoTimeout(5_000);
      InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("::1"), port);
      socket.send(new DatagramPacket(new byte[] {'x'}, 1, address));
      DatagramPacket answer = new DatagramPacket(new byte[100], 100);
      socket.receive(answer);
      assertThat(answer.getSocketAddress()).isEqualTo(address);
      assertThat(new String(answer.getData(), 0, answer.getLength(), UTF_8)).isEqualTo("a x");
    }
  }

  @Test
  void passesTheLargestAndTheEmptyDatagramAndAllBetween() throws IOException {
    ProxyFixture proxy = proxy(PLENTY);
    int port = proxy.serveUdp(0, keep(UdpTask.echo()).address());
    UdpProbe probe = probe(port);
    Random random = new Random(1);

    for (int length : new int[] {65_507, 0, 1, 1_472, 9_000, 0, 65_507, 40_000}) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      assertThat(probe.ask(bytes)).isEqualTo(bytes);
    }
  }

  @Test
  void keepsTheOrderWithinASession() throws IOException {
    ProxyFixture proxy = proxy(PLENTY);
    int port = proxy.serveUdp(0, keep(UdpTask.echo()).address());
    UdpProbe one = probe(port);
    UdpProbe other = probe(port);
    for (int i = 0; i < 100; i++) {
      one.send(new byte[] {(byte) i});
      other.send(new byte[] {(byte) i, 0});
    }
    for (int i = 0; i < 100; i++) {
      assertThat(one.receive(5_000).getData()[0]).isEqualTo((byte) i);
      assertThat(other.receive(5_000).getData()[0]).isEqualTo((byte) i);
    }
  }

  @Test
  void endsASessionThatIsIdle() throws IOException {
    UdpTask task = keep(UdpTask.echo());
    ProxyFixture proxy = proxy(new UdpConfig(Duration.ofMillis(200), 1_000, 100_000));
    int port = proxy.serveUdp(0, task.address());
    UdpProbe probe = probe(port);
    probe.ask("hello");

    Await.until(() -> proxy.stats(port).active() == 0);
    assertThat(proxy.stats(port).closes()).containsEntry(CloseCause.IDLE, 1L);
    probe.ask("again");
    assertThat(task.senders()).isEqualTo(2);
  }

  @Test
  void endsASessionAfterSoManyAnswersToEachDatagram() throws IOException {
    ProxyFixture proxy = proxy(PLENTY);
    int port = proxy.serveUdp(2, keep(UdpTask.answering(2)).address());
    UdpProbe probe = probe(port);
    probe.ask("hello");
    probe.receive(5_000);

    Await.until(() -> proxy.stats(port).active() == 0);
    assertThat(proxy.stats(port).closes()).containsEntry(CloseCause.FINISHED, 1L);
  }

  @Test
  void sendsWhatWasRefusedToAnotherEndpoint() throws IOException {
    ProxyFixture proxy = proxy(PLENTY);
    for (int i = 0; i < 10; i++) {
      int port = proxy.serveUdp(0, deadAddress(), task("b").address());
      // Without a second try by the client, whichever was picked first.
      assertThat(probe(port).ask("hello")).isEqualTo("b hello");
      assertThat(probe(port).ask("")).isEqualTo("b ");
    }
  }

  @Test
  void goesElsewhereWhenTheTaskDies() throws IOException {
    UdpTask a = task("a");
    UdpTask b = task("b");
    ProxyFixture proxy = proxy(PLENTY);
    int port = proxy.serveUdp(0, a.address(), b.address());
    UdpProbe probe = probe(port);
    boolean wasA = probe.ask("1").startsWith("a");
    (wasA ? a : b).close();

    assertThat(probe.ask("2")).isEqualTo((wasA ? "b" : "a") + " 2");
    assertThat(probe.ask("3")).isEqualTo((wasA ? "b" : "a") + " 3");
    assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.OK, 1L);
  }

  @Test
  void goesElsewhereWhenTheTableHasTheEndpointNoMore() throws IOException {
    UdpTask a = task("a");
    UdpTask b = task("b");
    ProxyFixture proxy = proxy(PLENTY);
    int port = proxy.serveUdp(0, a.address());
    UdpProbe probe = probe(port);
    assertThat(probe.ask("1")).isEqualTo("a 1");
    proxy.publishUdp(port, 0, a.address(), b.address());
    awaitTable(proxy);
    assertThat(probe.ask("2")).isEqualTo("a 2");
    proxy.publishUdp(port, 0, b.address());
    awaitTable(proxy);

    assertThat(probe.ask("3")).isEqualTo("b 3");
  }

  @Test
  void getsOverADatagramThatIsTooLongForTheWayOn() throws IOException {
    ProxyFixture proxy = proxy(PLENTY);
    int port = proxy.serveUdp(0, keep(UdpTask.echo()).address());
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("::1"))) {
      socket.setSoTimeout(5_000);
      InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("::1"), port);
      // IPv6 carries 20 bytes more than IPv4.
      socket.send(new DatagramPacket(new byte[65_520], 65_520, address));
      Await.until(() -> in(proxy, port, DatagramResult.TOO_LONG) == 1);
      long beforeNanos = shardCpuNanos();
      assertThat(probe(port).hearsNothing()).isTrue();
      assertThat(shardCpuNanos() - beforeNanos).isLessThan(100_000_000);

      socket.send(new DatagramPacket(new byte[] {1}, 1, address));
      DatagramPacket answer = new DatagramPacket(new byte[10], 10);
      socket.receive(answer);
      assertThat(answer.getLength()).isEqualTo(1);
    }
  }

  private static long shardCpuNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().startsWith("shard"))
        .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
        .sum();
  }

  @Test
  void countsWhatNobodyTakes() throws IOException {
    ProxyFixture proxy = proxy(PLENTY);
    int none = proxy.serveUdp(0);
    UdpProbe probe = probe(none);
    probe.send(new byte[1]);
    Await.until(() -> in(proxy, none, DatagramResult.NO_ENDPOINT) == 1);

    int dead = proxy.serveUdp(0, deadAddress());
    probe(dead).send(new byte[1]);
    Await.until(() -> proxy.stats(dead).closes().getOrDefault(CloseCause.TASK_RESET, 0L) == 1);
    assertThat(proxy.stats(dead).active()).isZero();
  }

  @Test
  void refusesSessionsAboveTheBoundAndRecovers() throws IOException {
    ProxyFixture proxy = proxy(new UdpConfig(Duration.ofMillis(500), 3, 100_000));
    int port = proxy.serveUdp(0, keep(UdpTask.echo()).address());
    for (int i = 0; i < 3; i++) {
      probe(port).ask("hello");
    }
    UdpProbe tooMuch = probe(port);
    tooMuch.send(new byte[1]);
    Await.until(() -> in(proxy, port, DatagramResult.NO_SESSION) == 1);
    assertThat(tooMuch.hearsNothing()).isTrue();

    Await.until(() -> proxy.stats(port).active() == 0);
    assertThat(tooMuch.ask("hello")).isEqualTo("hello");
  }

  @Test
  void boundsHowFastSessionsBegin() throws IOException {
    ProxyFixture proxy = proxy(new UdpConfig(Duration.ofSeconds(60), 1_000, 50));
    int port = proxy.serveUdp(0, keep(UdpTask.echo()).address());
    UdpProbe known = probe(port);
    known.ask("hello");
    for (int i = 0; i < 100; i++) {
      probe(port).send(new byte[1]);
    }

    assertThat(known.ask("still there")).isEqualTo("still there");
    assertThat(in(proxy, port, DatagramResult.NO_SESSION)).isPositive();
  }

  @Test
  void answersAClientWhileAnotherFloods() throws Exception {
    ProxyFixture proxy = proxy(PLENTY);
    int port = proxy.serveUdp(0, keep(UdpTask.echo()).address(), task("b").address());
    UdpProbe flooding = probe(port);
    Thread flood = Thread.ofPlatform().daemon().start(() -> flood(flooding));
    UdpProbe probe = probe(port);
    int asked = 0;
    int answered = 0;
    while (asked < 100 || in(proxy, port, DatagramResult.PASSED) < 20_000) {
      probe.send(new byte[] {1});
      asked++;
      answered += probe.hearsNothing() ? 0 : 1;
    }
    flooding.close();
    flood.join();

    assertThat(answered).as("of %d", asked).isGreaterThan(asked / 2);
  }

  private static void flood(UdpProbe probe) {
    byte[] bytes = new byte[512];
    try {
      while (true) {
        probe.send(bytes);
      }
    } catch (IOException e) {
      // Closed: enough.
    }
  }

  @Test
  void letsAnswersUnderWayPassWhenThePortGoes() throws IOException {
    ProxyFixture proxy = proxy(PLENTY);
    try (DatagramSocket task =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      int port = proxy.serveUdp(0, (InetSocketAddress) task.getLocalSocketAddress());
      UdpProbe probe = probe(port);
      probe.send("hello".getBytes(UTF_8));
      DatagramPacket asked = new DatagramPacket(new byte[100], 100);
      task.receive(asked);
      proxy.withdraw(port);
      Await.until(() -> proxy.shards.listeners().isEmpty());
      task.send(new DatagramPacket(new byte[] {7}, 1, asked.getSocketAddress()));

      DatagramPacket answer = probe.receive(5_000);
      assertThat(answer.getSocketAddress())
          .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
      Await.until(() -> proxy.stats(port).active() == 0);
    }
  }

  @Test
  void leavesClientsToTheNextListenerAtOnceWhenThePortComesBack() throws IOException {
    ProxyFixture proxy = proxy(PLENTY);
    int port = proxy.serveUdp(0, task("a").address());
    probe(port).ask("hello");
    proxy.withdraw(port);
    proxy.publishUdp(port, 0, task("b").address());
    awaitTable(proxy);

    for (int i = 0; i < 20; i++) {
      assertThat(probe(port).ask("hello")).isEqualTo("b hello");
    }
  }

  @Test
  void drainsOnceAnswersHadTheirTime() throws IOException {
    ProxyFixture proxy = proxy(PLENTY);
    int port = proxy.serveUdp(0, keep(UdpTask.echo()).address());
    probe(port).ask("hello");

    assertThat(proxy.shards.drain(UdpListener.LINGER.dividedBy(4))).isFalse();
    assertThat(proxy.shards.drain(UdpListener.LINGER.multipliedBy(4))).isTrue();
    assertThat(proxy.stats(port).active()).isZero();
  }

  /** Until the tables that were published are in force: a later one is. */
  private static void awaitTable(ProxyFixture proxy) {
    proxy.serveUdp(0);
  }

  private static long in(ProxyFixture proxy, int port, DatagramResult result) {
    return proxy.stats(port).datagrams().in().getOrDefault(result, 0L);
  }

  /** Where nobody listens: the kernel refuses. */
  private static InetSocketAddress deadAddress() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
      return (InetSocketAddress) socket.getLocalSocketAddress();
    }
  }

  private ProxyFixture proxy(UdpConfig config) {
    return keep(new ProxyFixture(ProxyFixture.config(config)));
  }

  private UdpTask task(String name) {
    return keep(UdpTask.named(name));
  }

  private UdpProbe probe(int port) throws IOException {
    return keep(new UdpProbe(port));
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    opened.add(closeable);
    return closeable;
  }
}
