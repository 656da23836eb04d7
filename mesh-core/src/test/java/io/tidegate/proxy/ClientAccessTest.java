package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.routing.Access;
import io.tidegate.routing.Cidr;
import io.tidegate.routing.Limits;
import io.tidegate.routing.Node;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.TaskState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which clients a route takes, by their addresses. */
@Timeout(60)
class ClientAccessTest {

  private static final String FRIEND = "127.0.0.2";
  private static final String FOE = "127.0.0.3";

  @RegisterExtension final UdpFixture udp = new UdpFixture();

  @Test
  void takesWhoIsAllowedAndNotDeniedAndResetsOthersBeforeAnythingIsDialled() throws Exception {
    Policy policy = policy("127.0.0.2/31", FOE);
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, policy, task.address());
      for (int i = 0; i < 10; i++) {
        assertServed(proxy, FRIEND, port);
        assertReset(proxy, FOE, port);
        assertReset(proxy, "127.0.0.1", port);
      }
      assertThat(proxy.stats(port).connections())
          .containsEntry(ConnectionResult.OK, 10L)
          .containsEntry(ConnectionResult.DENIED, 20L);
      assertThat(task.connections()).isEqualTo(10);
    }
  }

  @Test
  void takesNothingOfTheLimitsForWhomItDenies() throws Exception {
    Policy policy = policy("", FOE).withLimits(new Limits(2, 2, 2, 2));
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, policy, task.address());
      for (int i = 0; i < 20; i++) {
        assertReset(proxy, FOE, port);
      }
      assertServed(proxy, FRIEND, port);
      assertServed(proxy, FRIEND, port);
      assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.DENIED, 20L);
    }
  }

  @Test
  void tellsClientsOfBothFamiliesApartAtOneSocket() throws Exception {
    ProxyConfig both = ProxyFixture.config(UdpConfig.defaults());
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture(both)) {
      int port = proxy.serve(Protocol.TCP, policy("127.0.0.0/8,::1", FOE), task.address());
      try (Socket client = new Socket(InetAddress.ofLiteral("::1"), port)) {
        assertAnswers(client);
      }
      assertServed(proxy, FRIEND, port);
      proxy.publish(PublishedPort.tcp(port), policy("", "::1"), task.address());
      UdpFixture.awaitTable(proxy);
      assertServed(proxy, FOE, port);
      try (Socket client = new Socket(InetAddress.ofLiteral("::1"), port)) {
        assertThatThrownBy(() -> read(client)).isInstanceOf(SocketException.class);
      }
    }
  }

  @Test
  void letsANodeInThatMakesADetourForItsClients() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = ProxyFixture.freePort();
      proxy.publish(
          new Route(
              PublishedPort.tcp(port),
              "s1",
              "web",
              policy("192.0.2.0/24", "127.0.0.0/8"),
              List.of(ProxyFixture.endpoint(task.address(), TaskState.RUNNING)),
              List.of(new Node("n2", InetAddress.ofLiteral(FRIEND))),
              List.of()));
      proxy.awaitBound(port);
      assertServed(proxy, FRIEND, port);
      assertReset(proxy, FOE, port);
    }
  }

  @Test
  void letsRelaysGoOnAndDeniesNewOnesByTheNextTable() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, Policy.DEFAULT, task.address());
      try (Socket earlier = proxy.connectFrom(FOE, port)) {
        assertAnswers(earlier);
        proxy.publish(PublishedPort.tcp(port), policy("", FOE), task.address());
        UdpFixture.awaitTable(proxy);
        assertReset(proxy, FOE, port);
        assertAnswers(earlier);
      }
    }
  }

  @Test
  void asksAParkedClientAnewWhenATaskAppears() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, Policy.DEFAULT);
      try (Socket friend = proxy.connectFrom(FRIEND, port);
          Socket foe = proxy.connectFrom(FOE, port)) {
        Await.until(() -> proxy.stats(port).parking().active() == 2);
        proxy.publish(PublishedPort.tcp(port), policy("", FOE), task.address());
        assertAnswers(friend);
        assertThatThrownBy(() -> read(foe)).isInstanceOf(SocketException.class);
      }
      assertThat(proxy.stats(port).connections())
          .containsEntry(ConnectionResult.OK, 1L)
          .containsEntry(ConnectionResult.DENIED, 1L);
      assertThat(task.connections()).isEqualTo(1);
    }
  }

  @Test
  void countsAParkedClientOfALimitOnceWhenItIsDenied() throws Exception {
    Limits one = Limits.NONE.withConnections(1);
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, Policy.DEFAULT.withLimits(one));
      try (Socket foe = proxy.connectFrom(FOE, port)) {
        Await.until(() -> proxy.stats(port).parking().active() == 1);
        Policy denies = policy("", FOE).withLimits(one);
        proxy.publish(PublishedPort.tcp(port), denies, task.address());
        assertThatThrownBy(() -> read(foe)).isInstanceOf(SocketException.class);
      }
      try (Socket friend = proxy.connectFrom(FRIEND, port)) {
        assertAnswers(friend);
        assertReset(proxy, FRIEND, port);
      }
    }
  }

  @Test
  void dropsTheDatagramsOfWhomItDenies() throws IOException {
    ProxyFixture proxy = udp.proxy();
    UdpTask task = udp.keep(UdpTask.echo());
    int port = proxy.serve(Protocol.UDP, policy("", "127.0.0.1"), task.address());
    udp.probe(port).send(new byte[1]);
    Await.until(() -> UdpFixture.in(proxy, port, DatagramResult.NO_SESSION) == 1);
    assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.DENIED, 1L);
    assertThat(task.received()).isZero();
  }

  @Test
  void endsASessionWithTheNextDatagramOfAClientThatIsDeniedNow() throws IOException {
    ProxyFixture proxy = udp.proxy();
    UdpTask task = udp.keep(UdpTask.echo());
    int port = proxy.serve(Protocol.UDP, Policy.DEFAULT, task.address());
    UdpProbe client = udp.probe(port);
    assertThat(client.ask("hello")).isEqualTo("hello");
    PublishedPort published = new PublishedPort(port, Protocol.UDP);
    proxy.publish(published, policy("127.0.0.0/8", ""), task.address());
    UdpFixture.awaitTable(proxy);
    assertThat(client.ask("again")).isEqualTo("again");
    proxy.publish(published, policy("", "127.0.0.1"), task.address());
    UdpFixture.awaitTable(proxy);
    client.send(new byte[1]);
    Await.until(() -> proxy.stats(port).closes().getOrDefault(CloseCause.DENIED, 0L) == 1);
    assertThat(task.received()).isEqualTo(2);
    assertThat(proxy.stats(port).active()).isZero();
  }

  private static Policy policy(String allow, String deny) {
    return Policy.DEFAULT.withAccess(new Access(blocks(allow), blocks(deny)));
  }

  private static List<Cidr> blocks(String text) {
    return Stream.of(text.split(",")).filter(one -> !one.isEmpty()).map(Cidr::parse).toList();
  }

  private static void assertServed(ProxyFixture proxy, String from, int port) throws IOException {
    try (Socket client = proxy.connectFrom(from, port)) {
      assertAnswers(client);
    }
  }

  private static void assertReset(ProxyFixture proxy, String from, int port) {
    assertThatThrownBy(
            () -> {
              try (Socket client = proxy.connectFrom(from, port)) {
                read(client);
              }
            })
        .isInstanceOf(SocketException.class);
  }

  private static void assertAnswers(Socket client) throws IOException {
    client.getOutputStream().write(42);
    assertThat(read(client)).isEqualTo(42);
  }

  private static int read(Socket client) throws IOException {
    client.setSoTimeout((int) Duration.ofSeconds(20).toMillis());
    return client.getInputStream().read();
  }
}
