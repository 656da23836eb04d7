package io.tidegate.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ten agents one after the other, while clients come as if nothing happened. */
@Timeout(300)
class UpgradeIT {

  private static final Logger LOG = LoggerFactory.getLogger(UpgradeIT.class);

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final int UPGRADES = 10;
  private static final long PERIOD_NANOS = 2_000_000; // 500 a second.
  private static final int PATIENCE_MILLIS = 10_000;

  @TempDir Path folder;
  private final List<AgentProcess> agents = new ArrayList<>();
  private final ScheduledExecutorService pace = Executors.newScheduledThreadPool(3);
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger datagramsLost = new AtomicInteger();
  private final AtomicInteger datagramsSent = new AtomicInteger();
  private final Queue<Long> took = new ConcurrentLinkedQueue<>();
  private final AtomicLong lastReadyNanos = new AtomicLong();
  private final AtomicLong longestUnreadyNanos = new AtomicLong();
  private ServerSocket task;
  private DatagramSocket udpTask;
  private int port;
  private int udpPort;
  private int admin;

  @BeforeEach
  void listen() throws IOException {
    task = new ServerSocket(0, 1_024, LOOPBACK);
    udpTask = new DatagramSocket(0, LOOPBACK);
    port = FreePort.any();
    udpPort = FreePort.any();
    admin = FreePort.any();
    Files.writeString(
        folder.resolve("routes.yml"),
        """
        routes:
          - {port: %d, name: web, endpoints: ['127.0.0.1:%d']}
          - {port: %d/udp, name: names, endpoints: ['127.0.0.1:%d']}
        """
            .formatted(port, task.getLocalPort(), udpPort, udpTask.getLocalPort()));
    Thread.ofVirtual().start(this::answerAll);
    Thread.ofPlatform().daemon().start(this::answerDatagrams);
  }

  @AfterEach
  void end() throws IOException {
    pace.shutdownNow();
    agents.forEach(AgentProcess::close);
    task.close();
    udpTask.close();
  }

  @Test
  void failsNoClientDuringTenUpgrades() throws Exception {
    start(0).awaitReady();
    lastReadyNanos.set(System.nanoTime());
    every(PERIOD_NANOS, this::request);
    every(10 * PERIOD_NANOS, this::askUdp);
    every(5 * PERIOD_NANOS / 2, this::lookAtReadiness);
    for (int i = 1; i <= UPGRADES; i++) {
      AgentProcess next = start(i).awaitLog("hand-over: done").awaitReady();
      assertThat(agents.getFirst().awaitEnd()).isZero();
      agents.removeFirst().close();
      assertThat(next.log()).doesNotContain("WARN");
    }
    pace.shutdown();
    await().atMost(Duration.ofSeconds(30)).until(() -> answered.get() == sent.get());
    LOG.info(
        "{} upgrades: {} connections, {} failed, p99 {} ms, the longest {} ms; {} of {} datagrams"
            + " not answered; between two good answers of /readyz {} ms at most",
        UPGRADES,
        sent,
        failures.size(),
        tookMillis(0.99),
        tookMillis(1),
        datagramsLost,
        datagramsSent,
        longestUnreadyNanos.get() / 1e6);
    assertThat(failures).isEmpty();
    assertThat(datagramsLost).hasValue(0);
    assertThat(Duration.ofNanos(longestUnreadyNanos.get()))
        .as("what load balancers may wait for, which look every 2 s and want to see it twice")
        .isLessThan(Duration.ofSeconds(2));
  }

  private double tookMillis(double part) {
    List<Long> sorted = took.stream().sorted().toList();
    return sorted.get((int) (part * (sorted.size() - 1))) / 1e6;
  }

  private AgentProcess start(int number) throws IOException {
    AgentProcess agent =
        AgentProcess.start(folder, "agent-" + number, admin, "--shards=" + (1 + number % 3));
    agents.add(agent);
    return agent;
  }

  private void every(long periodNanos, Runnable action) {
    var _ =
        pace.scheduleAtFixedRate(
            () -> Thread.ofVirtual().start(action), 0, periodNanos, TimeUnit.NANOSECONDS);
  }

  private void request() {
    int number = sent.incrementAndGet();
    long startNanos = System.nanoTime();
    try (Socket client = new Socket()) {
      client.connect(new InetSocketAddress(LOOPBACK, port), PATIENCE_MILLIS);
      client.setSoTimeout(PATIENCE_MILLIS);
      client.getOutputStream().write(number);
      int answer = client.getInputStream().read();
      if (answer != (number & 0xff)) {
        failures.add(number + ": " + answer);
      }
    } catch (IOException e) {
      failures.add(number + ": " + e);
    } finally {
      took.add(System.nanoTime() - startNanos);
      answered.incrementAndGet();
    }
  }

  private void askUdp() {
    datagramsSent.incrementAndGet();
    try (DatagramSocket client = new DatagramSocket()) {
      client.setSoTimeout(PATIENCE_MILLIS);
      client.send(new DatagramPacket(new byte[] {42}, 1, LOOPBACK, udpPort));
      client.receive(new DatagramPacket(new byte[1], 1));
    } catch (SocketTimeoutException e) {
      datagramsLost.incrementAndGet();
    } catch (IOException e) {
      failures.add("udp: " + e);
    }
  }

  private void lookAtReadiness() {
    if (AgentProcess.status(admin, "/readyz") == 200) {
      long nowNanos = System.nanoTime();
      long unreadyNanos = nowNanos - lastReadyNanos.getAndSet(nowNanos);
      longestUnreadyNanos.accumulateAndGet(unreadyNanos, Math::max);
    }
  }

  private void answerAll() {
    try {
      while (true) {
        Socket client = task.accept();
        Thread.ofVirtual().start(() -> echo(client));
      }
    } catch (IOException e) {
      // closed: the test is over
    }
  }

  private void echo(Socket client) {
    try (client) {
      int next = client.getInputStream().read();
      if (next >= 0) {
        client.getOutputStream().write(next);
      }
    } catch (IOException e) {
      failures.add("task: " + e);
    }
  }

  private void answerDatagrams() {
    DatagramPacket packet = new DatagramPacket(new byte[64], 64);
    try {
      while (true) {
        udpTask.receive(packet);
        udpTask.send(packet);
      }
    } catch (IOException e) {
      // closed: the test is over
    }
  }
}
