package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.epoll.LinuxSocket;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.TaskState;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Ports that are served at a foothold. Without rules that bring clients there, a port is reached by
 * going to the foothold's own.
 */
@Timeout(60)
class TakenPortsTest {

  private static final Foothold FOOTHOLD =
      new Foothold("/proc/self/ns/net", "1", Inet4Address.ofLiteral("127.0.0.7"));
  private static final Placement INSIDE = new Placement.Inside(FOOTHOLD);

  @BeforeEach
  void needsRoot() throws Exception {
    NetAdmin.assume();
  }

  @Test
  void servesAPortOfDockersThroughOneSocketPerShard() throws Exception {
    try (var task = TestTask.echo();
        var proxy = proxy("127.0.0.1")) {
      int port = proxy.shards.place(INSIDE);
      for (int other = 1; other <= 100; other++) {
        proxy.publish(other, task.address());
      }
      proxy.publish(port, task.address());
      proxy.awaitBound(port);

      assertThat(proxy.shards.listeners()).hasSize(101).allMatch(ListenerStatus::isTakenOver);
      for (int i = 0; i < 20; i++) {
        try (Socket client = connect(port)) {
          assertAnswers(client);
        }
      }
      assertThat(task.connections()).isEqualTo(20);
    }
  }

  @Test
  void resetsAndCountsClientsOfAPortWithoutARoute() throws Exception {
    try (var proxy = proxy("127.0.0.1")) {
      int port = proxy.shards.place(INSIDE);

      assertThatThrownBy(
              () -> {
                try (Socket client = connect(port)) {
                  assertAnswers(client);
                }
              })
          .isInstanceOf(SocketException.class);
      Await.until(
          () -> proxy.shards.stats().shards().getOrDefault(ShardCounter.TAKEN_IN_VAIN, 0L) == 1);
    }
  }

  @Test
  void leavesPortsByLabelInTheAgentsNetwork() throws Exception {
    try (var task = TestTask.echo();
        var proxy = proxy("127.0.0.1")) {
      proxy.shards.place(INSIDE);
      int port = ProxyFixture.freePort();
      proxy.publish(byLabel(port, task.address()));
      proxy.awaitBound(port);

      assertThat(proxy.shards.listeners()).noneMatch(ListenerStatus::isTakenOver);
      try (Socket client = proxy.connect(port)) {
        assertAnswers(client);
      }
    }
  }

  @Test
  void goesFromHereToThereAndBackWhileRelaysGoOn() throws Exception {
    try (var task = TestTask.echo();
        var proxy = proxy("127.0.0.1")) {
      int port = proxy.serve(task.address());
      try (Socket client = proxy.connect(port)) {
        assertAnswers(client);

        int there = proxy.shards.place(INSIDE);
        proxy.publish(there, task.address());
        proxy.awaitBound(there);
        proxy.shards.settle();
        assertThatThrownBy(() -> proxy.connect(port)).isInstanceOf(ConnectException.class);
        assertAnswers(client);
        try (Socket taken = connect(there)) {
          assertAnswers(taken);

          proxy.shards.place(new Placement.Host());
          proxy.awaitBound(port);
          assertAnswers(taken);
          assertAnswers(client);
        }
        assertThatThrownBy(() -> connect(there)).isInstanceOf(ConnectException.class);
        proxy.connect(port).close();
      }
    }
  }

  @Test
  void tellsWhyAPortIsServedNowhere() throws Exception {
    try (var task = TestTask.echo();
        var proxy = proxy("127.0.0.1")) {
      proxy.shards.place(new Placement.Nowhere("no nft"));
      proxy.publish(ProxyFixture.freePort(), task.address());

      Await.until(
          () ->
              proxy.shards.listeners().stream()
                  .anyMatch(status -> !status.isBound() && "no nft".equals(status.error())));
    }
  }

  @Test
  void answersDatagramsFromThePortThatTheyCameTo() throws Exception {
    for (String bind : List.of("127.0.0.1", "::")) {
      try (var task = UdpTask.named("task");
          var proxy = proxy(bind)) {
        int port = proxy.shards.place(INSIDE);
        proxy.publish(new PublishedPort(port, Protocol.UDP), Policy.DEFAULT, task.address());
        proxy.awaitBound(port);

        try (var client = new UdpProbe("127.0.0.7", port)) {
          assertThat(client.ask("one")).contains("one");
          client.send(new byte[] {1});
          assertThat(client.receive(5_000).getSocketAddress())
              .isEqualTo(new InetSocketAddress("127.0.0.7", port));
        }
      }
    }
  }

  @Test
  void dropsAndCountsDatagramsOfAPortWithoutARoute() throws Exception {
    try (var proxy = proxy("127.0.0.1")) {
      int port = proxy.shards.place(INSIDE);

      try (var client = new UdpProbe("127.0.0.7", port)) {
        client.send(new byte[] {1});
        Await.until(
            () -> proxy.shards.stats().shards().getOrDefault(ShardCounter.TAKEN_IN_VAIN, 0L) == 1);
      }
    }
  }

  @Test
  void lendsNoSocketsOfPortsThatAreTakenOver() throws Exception {
    try (var task = UdpTask.named("task");
        var proxy = proxy("127.0.0.1")) {
      int port = proxy.shards.place(INSIDE);
      proxy.publish(new PublishedPort(port, Protocol.UDP), Policy.DEFAULT, task.address());
      proxy.awaitBound(port);

      assertThat(proxy.shards.lend()).isEmpty();
    }
  }

  @Test
  void stillTakesClientsWhileItDrains() throws Exception {
    try (var task = TestTask.echo();
        var proxy = proxy("127.0.0.1")) {
      int port = proxy.shards.place(INSIDE);
      proxy.publish(port, task.address());
      proxy.awaitBound(port);
      try (Socket first = connect(port)) {
        assertAnswers(first);
        assertThat(proxy.shards.drain(Duration.ofMillis(50))).isFalse();

        try (Socket late = connect(port)) {
          assertAnswers(late);
        }
      }
    }
  }

  @Test
  void changesNothingWhereTheFootholdCannotBeHad() throws Exception {
    try (var task = TestTask.echo();
        var proxy = proxy("127.0.0.1")) {
      int port = proxy.serve(task.address());
      Foothold elsewhere = new Foothold("/ns", "2", Inet4Address.ofLiteral("192.0.2.1"));
      // Transparent sockets may be bound to any address; only the namespace can be missing.
      assertThatThrownBy(() -> proxy.shards.place(new Placement.Inside(elsewhere)))
          .isInstanceOf(IOException.class)
          .hasMessage("/ns: not there");
      proxy.connect(port).close();
    }
  }

  private static ProxyFixture proxy(String bind) {
    ProxyConfig plain = ProxyConfig.defaults();
    ProxyConfig config =
        new ProxyConfig(
            ProxyFixture.SHARDS,
            bind,
            plain.connectTimeout(),
            plain.connectAttempts(),
            plain.backlog(),
            plain.relay(),
            plain.udp());
    return new ProxyFixture(config, new OwnNamespace());
  }

  /** Only the namespace of the test can be entered. */
  static final class OwnNamespace implements UpstreamSockets {

    @Override
    public int openStream(String namespace, boolean ipv6) throws IOException {
      checkIsOwn(namespace);
      return LinuxSocket.newSocketStream(ipv6).intValue();
    }

    @Override
    public int openDatagram(String namespace, boolean ipv6) throws IOException {
      checkIsOwn(namespace);
      return LinuxSocket.newSocketDgram(ipv6).intValue();
    }

    @Override
    public boolean holds(String namespace, InetAddress address) throws IOException {
      throw new IOException(namespace + ": not asked in this test");
    }

    private static void checkIsOwn(String namespace) throws IOException {
      if (!namespace.equals(FOOTHOLD.namespace())) {
        throw new IOException(namespace + ": not there");
      }
    }
  }

  private static Route byLabel(int port, InetSocketAddress task) {
    return new Route(
        PublishedPort.tcp(port),
        "service",
        "web",
        Policy.DEFAULT,
        List.of(ProxyFixture.endpoint(task, TaskState.RUNNING)),
        List.of(),
        List.of(),
        Publication.Means.LABEL);
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(FOOTHOLD.address(), port), 5_000);
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void assertAnswers(Socket client) throws IOException {
    client.getOutputStream().write(42);
    assertThat(client.getInputStream().read()).isEqualTo(42);
  }
}
