package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.ConnectionResult;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of a session whose task is no more. */
@Timeout(60)
class UdpFailoverTest {

  @RegisterExtension final UdpFixture udp = new UdpFixture();

  @Test
  void sendsWhatWasRefusedToAnotherEndpoint() throws IOException {
    ProxyFixture proxy = udp.proxy();
    for (int i = 0; i < 10; i++) {
      int port = proxy.serveUdp(0, UdpFixture.deadAddress(), udp.task("b").address());
      // Without a second try by the client, whichever was picked first.
      assertThat(udp.probe(port).ask("hello")).isEqualTo("b hello");
      assertThat(udp.probe(port).ask("")).isEqualTo("b ");
    }
  }

  @Test
  void goesElsewhereWhenTheTaskDies() throws IOException {
    UdpTask a = udp.task("a");
    UdpTask b = udp.task("b");
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, a.address(), b.address());
    UdpProbe probe = udp.probe(port);
    boolean wasA = probe.ask("1").startsWith("a");
    (wasA ? a : b).close();

    assertThat(probe.ask("2")).isEqualTo((wasA ? "b" : "a") + " 2");
    assertThat(probe.ask("3")).isEqualTo((wasA ? "b" : "a") + " 3");
    assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.OK, 1L);
  }

  @Test
  void goesElsewhereWhenTheTableHasTheEndpointNoMore() throws IOException {
    UdpTask a = udp.task("a");
    UdpTask b = udp.task("b");
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, a.address());
    UdpProbe probe = udp.probe(port);
    assertThat(probe.ask("1")).isEqualTo("a 1");
    proxy.publishUdp(port, 0, a.address(), b.address());
    UdpFixture.awaitTable(proxy);
    assertThat(probe.ask("2")).isEqualTo("a 2");
    proxy.publishUdp(port, 0, b.address());
    UdpFixture.awaitTable(proxy);

    assertThat(probe.ask("3")).isEqualTo("b 3");
  }

  @Test
  void staysWithItsTaskWhenAnotherWayLeadsThere() throws IOException {
    InetSocketAddress before = udp.task("before").address();
    InetSocketAddress after = udp.task("after").address();
    List<Endpoint> many = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      many.add(named("other-" + i, udp.task("other").address()));
    }
    many.add(named("it", after));
    ProxyFixture proxy = udp.proxy();
    PublishedPort port = new PublishedPort(proxy.serveUdp(0), Protocol.UDP);
    for (int i = 0; i < 5; i++) {
      publish(proxy, port, List.of(named("it", before)));
      UdpProbe probe = udp.probe(port.number());
      assertThat(probe.ask("1")).isEqualTo("before 1");
      publish(proxy, port, many);
      assertThat(probe.ask("2")).isEqualTo("after 2");
    }
  }

  private static void publish(ProxyFixture proxy, PublishedPort port, List<Endpoint> endpoints) {
    publish(proxy, port, endpoints, List.of());
  }

  private static void publish(
      ProxyFixture proxy, PublishedPort port, List<Endpoint> endpoints, List<Endpoint> withheld) {
    proxy.publish(
        new Route(port, "service", "web", Policy.DEFAULT, endpoints, List.of(), withheld));
    UdpFixture.awaitTable(proxy);
  }

  private static Endpoint named(String task, InetSocketAddress address) {
    Reach reach = Reach.direct(address.getAddress(), address.getPort(), "given by the test");
    return Endpoint.of(new Task(task, task, "node", TaskState.RUNNING, reach), address.getPort());
  }

  @Test
  void sendsWhatIsUnansweredToAnotherEndpointAtOnceWhenTheTableHasTheEndpointNoMore()
      throws IOException {
    ProxyFixture proxy = udp.proxy();
    UdpTask silent = udp.silent();
    int port = proxy.serveUdp(0, silent.address());
    UdpProbe probe = udp.probe(port);
    probe.send("first".getBytes(UTF_8));
    probe.send("last".getBytes(UTF_8));
    Await.until(() -> silent.received() == 2);
    proxy.publishUdp(port, 0, udp.task("b").address());

    assertThat(probe.hears()).isEqualTo("b last");
    assertThat(probe.hearsNothing()).isTrue();
    assertThat(probe.ask("next")).isEqualTo("b next");
  }

  @Test
  void sendsWhatIsUnansweredToAnotherEndpointWhenNothingOnTheNodeAnswers() throws IOException {
    ProxyFixture proxy = udp.proxy();
    UdpTask silent = udp.silent();
    Endpoint lost = named("lost", silent.address());
    List<Endpoint> other = List.of(named("b", udp.task("b").address()));
    PublishedPort port = new PublishedPort(proxy.serveUdp(0), Protocol.UDP);
    publish(proxy, port, List.of(lost));
    UdpProbe probe = udp.probe(port.number());
    probe.send("hello".getBytes(UTF_8));
    Await.until(() -> silent.received() == 1);

    publish(proxy, port, other, List.of(ejected(lost, Ejection.Cause.CONNECT_FAILURES)));
    // A task that nobody can connect to may serve by UDP alone.
    assertThat(probe.hearsNothing()).isTrue();
    publish(proxy, port, other, List.of(ejected(lost, Ejection.Cause.NODE_SILENT)));
    assertThat(probe.hears()).isEqualTo("b hello");
  }

  @Test
  void staysWhereItWasAnsweredWhenNothingOnTheNodeAnswers() throws IOException {
    ProxyFixture proxy = udp.proxy();
    Endpoint lost = named("lost", udp.task("a").address());
    PublishedPort port = new PublishedPort(proxy.serveUdp(0), Protocol.UDP);
    publish(proxy, port, List.of(lost));
    UdpProbe probe = udp.probe(port.number());
    assertThat(probe.ask("1")).isEqualTo("a 1");

    List<Endpoint> other = List.of(named("b", udp.task("b").address()));
    publish(proxy, port, other, List.of(ejected(lost, Ejection.Cause.NODE_SILENT)));
    publish(proxy, port, List.of(other.getFirst(), lost));
    assertThat(probe.ask("2")).isEqualTo("a 2");
  }

  private static Endpoint ejected(Endpoint endpoint, Ejection.Cause cause) {
    return endpoint.with(new Ejection(cause, 1, 0, 0), true);
  }

  @Test
  void sendsWhatIsUnansweredOnceAnEndpointAppears() throws IOException {
    ProxyFixture proxy = udp.proxy();
    UdpTask silent = udp.silent();
    int port = proxy.serveUdp(0, silent.address());
    UdpProbe probe = udp.probe(port);
    probe.send("hello".getBytes(UTF_8));
    Await.until(() -> silent.received() == 1);
    proxy.publishUdp(port, 0);
    UdpFixture.awaitTable(proxy);
    proxy.publishUdp(port, 0, udp.task("b").address());

    assertThat(probe.hears()).isEqualTo("b hello");
  }

  @Test
  void repeatsNothingThatWasAnswered() throws IOException {
    UdpTask b = udp.task("b");
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, udp.task("a").address());
    UdpProbe probe = udp.probe(port);
    assertThat(probe.ask("hello")).isEqualTo("a hello");
    proxy.publishUdp(port, 0, b.address());

    // The session goes over without a datagram of the client.
    Await.until(() -> proxy.stats(port).connectRetries() == 1);
    assertThat(probe.hearsNothing()).isTrue();
    assertThat(b.received()).isZero();
  }

  @Test
  void repeatsNothingMoreThanOnce() throws IOException {
    UdpTask first = udp.silent();
    UdpTask second = udp.silent();
    UdpTask third = udp.task("c");
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, first.address());
    UdpProbe probe = udp.probe(port);
    probe.send("hello".getBytes(UTF_8));
    Await.until(() -> first.received() == 1);
    proxy.publishUdp(port, 0, second.address());
    Await.until(() -> second.received() == 1);
    proxy.publishUdp(port, 0, third.address());

    Await.until(() -> proxy.stats(port).connectRetries() == 2);
    assertThat(probe.hearsNothing()).isTrue();
    assertThat(third.received()).isZero();
  }

  @Test
  void repeatsNothingThatIsTooOld() throws IOException {
    AtomicLong aheadNanos = new AtomicLong();
    ProxyFixture proxy = udp.proxy(() -> System.nanoTime() + aheadNanos.get());
    UdpTask silent = udp.silent();
    UdpTask b = udp.task("b");
    int port = proxy.serveUdp(0, silent.address());
    UdpProbe probe = udp.probe(port);
    probe.send("hello".getBytes(UTF_8));
    Await.until(() -> silent.received() == 1);
    aheadNanos.set(UdpSession.RESEND.toNanos());
    proxy.publishUdp(port, 0, b.address());

    Await.until(() -> proxy.stats(port).connectRetries() == 1);
    assertThat(probe.hearsNothing()).isTrue();
    assertThat(b.received()).isZero();
  }

  @Test
  void letsATaskThatDrainsAnswer() throws IOException {
    ProxyFixture proxy = udp.proxy();
    try (DatagramSocket draining = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      InetSocketAddress address = (InetSocketAddress) draining.getLocalSocketAddress();
      int port = proxy.serveUdp(0, address);
      UdpProbe probe = udp.probe(port);
      probe.send("hello".getBytes(UTF_8));
      DatagramPacket asked = new DatagramPacket(new byte[100], 100);
      draining.receive(asked);
      proxy.publishUdp(port, 0, List.of(address), udp.task("b").address());
      UdpFixture.awaitTable(proxy);
      byte[] answer = "late".getBytes(UTF_8);
      draining.send(new DatagramPacket(answer, answer.length, asked.getSocketAddress()));

      assertThat(probe.hears()).isEqualTo("late");
      assertThat(probe.ask("next")).isEqualTo("b next");
    }
  }

  @Test
  void staysWithATaskThatDrainsWhereThereIsNoOther() throws IOException {
    ProxyFixture proxy = udp.proxy();
    UdpTask draining = udp.task("a");
    int port = proxy.serveUdp(0, draining.address());
    UdpProbe probe = udp.probe(port);
    assertThat(probe.ask("1")).isEqualTo("a 1");
    proxy.publishUdp(port, 0, List.of(draining.address()));
    UdpFixture.awaitTable(proxy);
    assertThat(probe.ask("2")).isEqualTo("a 2");
    proxy.publishUdp(port, 0, List.of(draining.address()), udp.task("b").address());
    UdpFixture.awaitTable(proxy);

    assertThat(probe.ask("3")).isEqualTo("b 3");
    assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.OK, 1L);
  }

  @Test
  void takesAllOfManySessionsElsewhere() throws IOException {
    ProxyFixture proxy = udp.proxy();
    UdpTask silent = udp.silent();
    int port = proxy.serveUdp(0, silent.address());
    List<UdpProbe> probes = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      UdpProbe probe = udp.probe(port);
      probe.send(String.valueOf(i).getBytes(UTF_8));
      probes.add(probe);
    }
    Await.until(() -> silent.senders() == 200);
    proxy.publishUdp(port, 0, udp.task("b").address());

    for (int i = 0; i < 200; i++) {
      assertThat(probes.get(i).hears()).isEqualTo("b " + i);
    }
    assertThat(proxy.stats(port).connectRetries()).isEqualTo(200);
  }
}
