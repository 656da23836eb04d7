package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.metrics.RouteStats;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.routing.HopKey;
import io.tidegate.routing.HopOffer;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Timeouts;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** UDP sessions that are passed to the agent on the task's node. */
@Timeout(60)
class HopUdpTest {

  @RegisterExtension final UdpFixture udp = new UdpFixture();
  private final HopFixture hop = new HopFixture();

  @AfterEach
  void close() {
    hop.close();
  }

  private int serve(InetSocketAddress... tasks) {
    return hop.serveFromFar(Protocol.UDP, Policy.DEFAULT, tasks);
  }

  @Test
  void passesDatagramsOfAllLengthsBothWaysUnchanged() throws IOException {
    UdpProbe probe = udp.probe(serve(udp.keep(UdpTask.echo()).address()));
    Random random = new Random(1);
    for (int length = 0; length <= 1_400; length += 7) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      assertThat(probe.ask(bytes)).isEqualTo(bytes);
    }
    for (int length : new int[] {0, 1, 0, 65_507, 9_000, 0}) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      assertThat(probe.ask(bytes)).isEqualTo(bytes);
    }
  }

  @Test
  void countsWhatPassesOnBothNodes() throws IOException {
    int port = serve(udp.task("a").address());
    assertThat(udp.probe(port).ask("hello")).isEqualTo("a hello");
    for (RouteStats stats : List.of(hop.near.stats(port), hop.far.stats(hop.farPort()))) {
      assertThat(stats.connections()).containsEntry(ConnectionResult.OK, 1L);
      assertThat(stats.datagrams().in()).containsEntry(DatagramResult.PASSED, 1L);
      assertThat(stats.bytesIn()).isEqualTo(5);
      assertThat(stats.active()).isEqualTo(1);
    }
    Await.until(() -> hop.near.stats(port).bytesOut() == 7);
    Await.until(() -> hop.far.stats(hop.farPort()).bytesOut() == 7);
  }

  @Test
  void keepsAThousandSessionsApart() throws IOException {
    UdpTask task = udp.keep(UdpTask.echo());
    int port = serve(task.address());
    List<UdpProbe> probes = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      UdpProbe probe = udp.probe(port);
      probes.add(probe);
      assertThat(probe.ask("first of " + i)).isEqualTo("first of " + i);
    }
    for (int i = 0; i < 1_000; i++) {
      assertThat(probes.get(i).ask("next of " + i)).isEqualTo("next of " + i);
    }
    assertThat(task.senders()).isEqualTo(1_000);
    assertThat(hop.far.stats(hop.farPort()).active()).isEqualTo(1_000);
    hop.near.withdraw(port);
    hop.awaitNothingOpen();
  }

  @Test
  void sendsWhatCameBeforeThereWasAWayInItsOrder() throws IOException {
    int port = serve(udp.keep(UdpTask.echo()).address());
    for (int round = 0; round < 50; round++) {
      UdpProbe probe = udp.probe(port);
      for (int i = 0; i < UdpWaiting.MOST_DATAGRAMS; i++) {
        probe.send(new byte[] {(byte) i});
      }
      for (int i = 0; i < UdpWaiting.MOST_DATAGRAMS; i++) {
        assertThat(probe.receive(5_000).getData()[0]).isEqualTo((byte) i);
      }
    }
  }

  @Test
  void dropsWhatThereIsNoRoomForBeforeThereIsAWay() throws IOException {
    try (ServerSocket agent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      HopOffer silent = offer(agent, hop.offer().key());
      UdpTask task = udp.task("a");
      int port = hop.serve(Protocol.UDP, Policy.DEFAULT, hop.passed(task.address(), silent));
      UdpProbe probe = udp.probe(port);
      for (int i = 0; i < UdpWaiting.MOST_DATAGRAMS + 3; i++) {
        probe.send(new byte[10]);
      }
      UdpProbe other = udp.probe(port);
      for (int i = 0; i < 3; i++) {
        other.send(new byte[UdpWaiting.MOST_BYTES / 2]);
      }
      Await.until(() -> UdpFixture.in(hop.near, port, DatagramResult.CONGESTED) == 4);
      assertThat(UdpFixture.in(hop.near, port, DatagramResult.PASSED)).isZero();
    }
  }

  private static HopOffer offer(ServerSocket agent, HopKey key) {
    InetSocketAddress address = (InetSocketAddress) agent.getLocalSocketAddress();
    return new HopOffer(address, "ingress_sbox", HopFixture.NEAR_ID, key);
  }

  @Test
  void goesElsewhereWithWhatWaitsWhereTheOtherAgentKeepsSilent() throws IOException {
    Policy hasty = Policy.DEFAULT.withTimeouts(Timeouts.NONE.withConnect(Duration.ofMillis(100)));
    try (ServerSocket agent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      UdpTask far = udp.task("far");
      UdpTask there = udp.task("there");
      int port =
          hop.serve(
              Protocol.UDP,
              hasty,
              hop.passed(far.address(), offer(agent, hop.offer().key())),
              HopFixture.local(there.address()));
      for (int i = 0; i < 10; i++) {
        UdpProbe probe = udp.probe(port);
        probe.send("1".getBytes(UTF_8));
        probe.send("".getBytes(UTF_8));
        assertThat(probe.hears()).isEqualTo("there 1");
        assertThat(probe.hears()).isEqualTo("there ");
      }
    }
  }

  @Test
  void countsASessionThatNobodyTakes() throws IOException {
    UdpTask task = udp.task("a");
    hop.tellFar(Protocol.UDP, Policy.DEFAULT);
    int port = hop.serve(Protocol.UDP, Policy.DEFAULT, hop.passed(task.address(), hop.offer()));
    udp.probe(port).send("hello".getBytes(UTF_8));
    Await.until(() -> UdpFixture.in(hop.near, port, DatagramResult.REFUSED) == 1);
    assertThat(hop.near.stats(port).connections())
        .containsEntry(ConnectionResult.REFUSED, 1L)
        .containsEntry(ConnectionResult.OK, 0L);
    hop.awaitNothingOpen();
  }

  @Test
  void goesElsewhereWhereTheTaskIsGone() throws IOException {
    UdpTask gone = udp.task("gone");
    UdpTask there = udp.task("there");
    hop.tellFar(Protocol.UDP, Policy.DEFAULT, HopFixture.local(there.address()));
    int port =
        hop.serve(
            Protocol.UDP,
            Policy.DEFAULT,
            hop.passed(gone.address(), hop.offer()),
            hop.passed(there.address(), hop.offer()));
    for (int i = 0; i < 20; i++) {
      assertThat(udp.probe(port).ask("hello")).isEqualTo("there hello");
    }
    assertThat(gone.received()).isZero();
    assertThat(hop.far.shards.stats().shards().get(ShardCounter.HOPS_REFUSED)).isPositive();
  }

  @Test
  void goesElsewhereWhereTheTaskHasLostItsAddress() throws IOException {
    UdpTask stranger = udp.task("stranger");
    UdpTask there = udp.task("there");
    hop.tellFar(
        Protocol.UDP,
        Policy.DEFAULT,
        HopFixture.local(stranger.address(), HopFixture.LEFT),
        HopFixture.local(there.address(), "home"));
    int port =
        hop.serve(
            Protocol.UDP,
            Policy.DEFAULT,
            hop.passed(stranger.address(), hop.offer()),
            hop.passed(there.address(), hop.offer()));
    for (int i = 0; i < 20; i++) {
      assertThat(udp.probe(port).ask("hello")).isEqualTo("there hello");
    }
    assertThat(stranger.received()).isZero();
    assertThat(hop.far.shards.stats().shards().get(ShardCounter.HOPS_STRAYED)).isPositive();
  }

  @Test
  void beginsNoSessionWhereTunnelsEnd() throws IOException {
    UdpTask far = udp.task("far");
    UdpTask direct = udp.task("direct");
    hop.hearTunnels();
    hop.tellFar(Protocol.UDP, Policy.DEFAULT, HopFixture.local(far.address()));
    int port =
        hop.serve(
            Protocol.UDP,
            Policy.DEFAULT,
            hop.passed(far.address(), hop.offer()),
            HopFixture.local(direct.address()));
    for (int i = 0; i < 10; i++) {
      assertThat(udp.probe(port).ask("hello")).isEqualTo("direct hello");
    }
    assertThat(far.received()).isZero();
    assertThat(hop.far.shards.stats().shards().get(ShardCounter.HOPS_REFUSED)).isPositive();
  }

  @Test
  void isNotBelievedWithAnotherKey() throws IOException {
    UdpTask far = udp.task("far");
    UdpTask direct = udp.task("direct");
    HopOffer forged =
        new HopOffer(
            hop.farAddress,
            "ingress_sbox",
            HopFixture.NEAR_ID,
            new HopKey("thirty-two bytes that are wrong.".getBytes(US_ASCII)));
    hop.tellFar(Protocol.UDP, Policy.DEFAULT, HopFixture.local(far.address()));
    int port =
        hop.serve(
            Protocol.UDP,
            Policy.DEFAULT,
            hop.passed(far.address(), forged),
            HopFixture.local(direct.address()));
    for (int i = 0; i < 10; i++) {
      assertThat(udp.probe(port).ask("hello")).isEqualTo("direct hello");
    }
    assertThat(far.received()).isZero();
  }

  @Test
  void goesElsewhereAtOnceWhenTheTaskDies() throws IOException {
    UdpTask a = udp.task("a");
    UdpTask b = udp.task("b");
    int port = serve(a.address(), b.address());
    UdpProbe probe = udp.probe(port);
    boolean wasA = probe.ask("1").startsWith("a");
    (wasA ? a : b).close();

    assertThat(probe.ask("2")).isEqualTo((wasA ? "b" : "a") + " 2");
    assertThat(probe.ask("3")).isEqualTo((wasA ? "b" : "a") + " 3");
    assertThat(hop.near.stats(port).connections()).containsEntry(ConnectionResult.OK, 1L);
    Await.until(() -> hop.far.stats(hop.farPort()).active() == 1);
  }

  @Test
  void goesElsewhereWhenTheFarTableHasTheTaskNoMore() throws IOException {
    UdpTask a = udp.task("a");
    UdpTask b = udp.task("b");
    int port = serve(a.address());
    UdpProbe probe = udp.probe(port);
    assertThat(probe.ask("1")).isEqualTo("a 1");
    hop.tellFar(Protocol.UDP, Policy.DEFAULT, HopFixture.local(b.address()));
    hop.publish(
        new PublishedPort(port, Protocol.UDP),
        Policy.DEFAULT,
        hop.passed(a.address(), hop.offer()),
        hop.passed(b.address(), hop.offer()));

    assertThat(probe.ask("2")).isEqualTo("b 2");
    assertThat(a.received()).isEqualTo(1);
  }

  @Test
  void followsTheNearTable() throws IOException {
    UdpTask a = udp.task("a");
    UdpTask b = udp.task("b");
    int port = serve(a.address());
    UdpProbe probe = udp.probe(port);
    assertThat(probe.ask("1")).isEqualTo("a 1");
    hop.publish(
        new PublishedPort(port, Protocol.UDP), Policy.DEFAULT, HopFixture.local(b.address()));

    assertThat(probe.ask("2")).isEqualTo("b 2");
    Await.until(() -> hop.far.stats(hop.farPort()).active() == 0);
    assertThat(hop.far.stats(hop.farPort()).closes()).containsEntry(CloseCause.FINISHED, 1L);
  }

  @Test
  void endsOnBothNodesWhenItIsIdle() throws IOException {
    Policy policy = Policy.DEFAULT.withTimeouts(Timeouts.NONE.withUdpIdle(Duration.ofMillis(200)));
    UdpTask task = udp.keep(UdpTask.echo());
    int port = hop.serveFromFar(Protocol.UDP, policy, task.address());
    UdpProbe probe = udp.probe(port);
    probe.ask("hello");

    Await.until(() -> hop.near.stats(port).active() == 0);
    Await.until(() -> hop.far.stats(hop.farPort()).active() == 0);
    assertThat(hop.near.stats(port).closes()).containsEntry(CloseCause.IDLE, 1L);
    assertThat(hop.near.stats(port).connectRetries()).isZero();
    probe.ask("again");
    assertThat(task.senders()).isEqualTo(2);
    hop.awaitNothingOpen();
  }

  @Test
  void staysWithItsTaskWhereOnlyTheOtherAgentWasTiredOfIt() throws IOException {
    Policy tired = Policy.DEFAULT.withTimeouts(Timeouts.NONE.withUdpIdle(Duration.ofMillis(200)));
    UdpTask a = udp.task("a");
    UdpTask b = udp.task("b");
    hop.tellFar(Protocol.UDP, tired, HopFixture.local(a.address()), HopFixture.local(b.address()));
    int port =
        hop.serve(
            Protocol.UDP,
            Policy.DEFAULT,
            hop.passed(a.address(), hop.offer()),
            hop.passed(b.address(), hop.offer()));
    for (int i = 0; i < 5; i++) {
      UdpProbe probe = udp.probe(port);
      String first = probe.ask("1");
      hop.awaitFarSessionsGone();
      assertThat(probe.ask("1")).isEqualTo(first);
      assertThat(hop.near.stats(port).connections()).containsEntry(ConnectionResult.OK, i + 1L);
    }
  }

  @Test
  void freesTheFarSessionWithTheNearOne() throws IOException {
    int port = serve(udp.keep(UdpTask.echo()).address());
    for (int i = 0; i < 20; i++) {
      udp.probe(port).ask("hello");
    }
    assertThat(hop.far.stats(hop.farPort()).active()).isEqualTo(20);
    assertThat(hop.near.shards.drain(UdpClients.LINGER.multipliedBy(4))).isTrue();
    Await.until(() -> hop.far.stats(hop.farPort()).active() == 0);
    hop.awaitNothingOpen();
  }

  @Test
  void drainsOnTheFarNodeOnceAnswersHadTheirTime() throws IOException {
    int port = serve(udp.keep(UdpTask.echo()).address());
    udp.probe(port).ask("hello");

    assertThat(hop.far.shards.drain(UdpClients.LINGER.dividedBy(4))).isFalse();
    assertThat(hop.far.shards.drain(UdpClients.LINGER.multipliedBy(4))).isTrue();
    assertThat(hop.far.stats(hop.farPort()).active()).isZero();
  }

  @Test
  void hearsNobodyButTheAgentThatAsked() throws Exception {
    UdpTask task = udp.keep(UdpTask.echo());
    serve(task.address());
    try (HopCaller caller = new HopCaller(hop);
        DatagramSocket own = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      InetSocketAddress far = caller.ask(own.getLocalPort(), task.address());
      own.setSoTimeout(5_000);
      stranger.send(new DatagramPacket("no".getBytes(US_ASCII), 2, far));
      own.send(new DatagramPacket("yes".getBytes(US_ASCII), 3, far));
      DatagramPacket answer = new DatagramPacket(new byte[10], 10);
      own.receive(answer);
      assertThat(new String(answer.getData(), 0, answer.getLength(), US_ASCII)).isEqualTo("yes");
      assertThat(task.received()).isEqualTo(1);

      caller.end();
      Await.until(() -> hop.far.stats(hop.farPort()).active() == 0);
    }
  }

  @Test
  void tellsSessionsApartThatComeBySocketsOfOneAgent() throws Exception {
    UdpTask a = udp.task("a");
    UdpTask b = udp.task("b");
    serve(a.address(), b.address());
    try (HopCaller one = new HopCaller(hop);
        HopCaller other = new HopCaller(hop);
        DatagramSocket ofOne = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        DatagramSocket ofOther = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      InetSocketAddress far = one.ask(ofOne.getLocalPort(), a.address());
      assertThat(other.ask(ofOther.getLocalPort(), b.address())).isEqualTo(far);
      for (int i = 0; i < 50; i++) {
        assertThat(ask(ofOne, far)).isEqualTo("a hello");
        assertThat(ask(ofOther, far)).isEqualTo("b hello");
      }

      one.end();
      Await.until(() -> hop.far.stats(hop.farPort()).active() == 1);
      assertThat(ask(ofOther, far)).isEqualTo("b hello");
      ofOne.send(new DatagramPacket("late".getBytes(US_ASCII), 4, far));
      assertThat(ask(ofOther, far)).isEqualTo("b hello");
      assertThat(a.received()).isEqualTo(50);
    }
  }

  private static String ask(DatagramSocket from, InetSocketAddress far) throws IOException {
    from.setSoTimeout(5_000);
    from.send(new DatagramPacket("hello".getBytes(US_ASCII), 5, far));
    DatagramPacket answer = new DatagramPacket(new byte[20], 20);
    from.receive(answer);
    return new String(answer.getData(), 0, answer.getLength(), US_ASCII);
  }

  @Test
  void endsASessionWhoseAgentWasGoneAtOnce() throws IOException {
    UdpTask task = udp.keep(UdpTask.echo());
    serve(task.address());
    try (HopCaller caller = new HopCaller(hop)) {
      caller.send(9, task.address());
      caller.end();
      Await.until(
          () -> hop.far.stats(hop.farPort()).closes().getOrDefault(CloseCause.FINISHED, 0L) == 1);
      assertThat(hop.far.stats(hop.farPort()).active()).isZero();
    }
  }
}
