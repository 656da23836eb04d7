package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.ParkingEnd;
import io.tidegate.metrics.RouteStats;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Node;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that no task takes waits for one that does. */
@Timeout(60)
class ParkingTest {

  @Test
  void isServedByTheTaskThatAppears() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve();
      try (Socket client = proxy.connect(port)) {
        client.getOutputStream().write(42);
        awaitParked(proxy, port, 1);
        proxy.publish(port, task.address());
        assertThat(client.getInputStream().read()).isEqualTo(42);
      }
      RouteStats stats = proxy.stats(port);
      assertThat(stats.parking().ends()).containsEntry(ParkingEnd.RELEASED, 1L);
      assertThat(stats.parking().active()).isZero();
      assertThat(stats.parking().time().getTotalCount()).isEqualTo(1);
      assertThat(stats.connections())
          .containsEntry(ConnectionResult.OK, 1L)
          .containsEntry(ConnectionResult.NO_ENDPOINT, 0L);
    }
  }

  /** It has said all that it has to say, and waits for the answer: that is not leaving. */
  @Test
  void keepsEveryByteOfAClientThatHasEndedAfterItsRequest() throws Exception {
    byte[] said = new byte[200_000];
    new Random(7).nextBytes(said);
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve();
      try (Socket client = proxy.connect(port)) {
        awaitParked(proxy, port, 1);
        client.getOutputStream().write(said, 0, 50_000);
        client.shutdownOutput();
        try (Socket other = proxy.connect(port)) {
          other.getOutputStream().write(said, 0, 10);
          awaitParked(proxy, port, 2);
          Thread writer = Thread.ofVirtual().start(() -> write(other, said, 10));
          proxy.publish(port, task.address());
          assertThat(client.getInputStream().readAllBytes()).isEqualTo(Arrays.copyOf(said, 50_000));
          writer.join();
          other.shutdownOutput();
          assertThat(other.getInputStream().readAllBytes()).isEqualTo(said);
        }
      }
      assertThat(proxy.stats(port).parking().ends()).containsEntry(ParkingEnd.RELEASED, 2L);
    }
  }

  @Test
  void releasesInTheOrderInWhichClientsCame() throws Exception {
    int count = 60;
    List<Socket> clients = new ArrayList<>();
    try (ServerSocket task = new ServerSocket(0, count, InetAddress.getLoopbackAddress());
        var proxy = new ProxyFixture(ProxyFixture.configOfOneShard())) {
      int port = proxy.serve();
      for (int i = 0; i < count; i++) {
        Socket client = proxy.connect(port);
        client.getOutputStream().write(i);
        clients.add(client);
        awaitParked(proxy, port, i + 1);
      }
      proxy.publish(port, (InetSocketAddress) task.getLocalSocketAddress());
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        try (Socket accepted = task.accept()) {
          order.add(accepted.getInputStream().read());
        }
      }
      assertThat(order).isEqualTo(IntStream.range(0, count).boxed().toList());
    } finally {
      closeAll(clients);
    }
  }

  @Test
  void releasesAFewAtATime() throws Exception {
    int count = 400;
    List<Socket> clients = new ArrayList<>();
    try (var task = TestTask.that(socket -> socket.getOutputStream().write(42));
        var proxy = new ProxyFixture()) {
      int port = proxy.serve();
      for (int i = 0; i < count; i++) {
        clients.add(proxy.connect(port));
      }
      awaitParked(proxy, port, count);
      long beforeNanos = System.nanoTime();
      proxy.publish(port, task.address());
      for (Socket client : clients) {
        assertThat(client.getInputStream().read()).isEqualTo(42);
      }
      // Four at a time, 2 ms apart for each of the shards.
      assertThat(Duration.ofNanos(System.nanoTime() - beforeNanos))
          .isGreaterThan(Duration.ofMillis(count / 4 - 20));
    } finally {
      closeAll(clients);
    }
  }

  @Test
  void triesAgainByItselfWhereEveryTaskRefused() throws Exception {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), ProxyFixture.freePort());
    try (var proxy = new ProxyFixture()) {
      int port = proxy.serve(address);
      try (Socket client = proxy.connect(port)) {
        client.getOutputStream().write(42);
        awaitParked(proxy, port, 1);
        try (var task = TestTask.echoAt(address)) {
          assertThat(client.getInputStream().read()).isEqualTo(42);
          assertThat(task.connections()).isEqualTo(1);
        }
      }
      assertThat(proxy.stats(port).connections())
          .containsEntry(ConnectionResult.OK, 1L)
          .containsEntry(ConnectionResult.REFUSED, 0L);
    }
  }

  /**
   * What an update of a service with one replica comes to, with a client every five milliseconds.
   */
  @Test
  void failsNobodyWhileTheOnlyTaskIsReplaced() throws Exception {
    try (var proxy = new ProxyFixture();
        var load = new OpenLoop(proxy)) {
      PublishedPort port = PublishedPort.tcp(ProxyFixture.freePort());
      try (var before = TestTask.echo();
          var after = TestTask.echo()) {
        Endpoint old = ProxyFixture.endpoint(before.address(), TaskState.RUNNING);
        Endpoint stopping = ProxyFixture.endpoint(before.address(), TaskState.DRAINING);
        proxy.publish(route(port, List.of(old), List.of(), List.of()));
        proxy.awaitBound(port.number());
        load.start(port.number());
        load.awaitSent(50);
        proxy.publish(route(port, List.of(), List.of(), List.of(stopping)));
        load.awaitSent(50);
        proxy.publish(route(port, List.of(), List.of(), List.of()));
        load.awaitSent(50);
        Endpoint young = ProxyFixture.endpoint(after.address(), TaskState.RUNNING);
        proxy.publish(route(port, List.of(young), List.of(), List.of()));
        load.awaitSent(50);
        assertThat(load.finish()).isEmpty();
        assertThat(before.connections()).isPositive();
        assertThat(after.connections()).isGreaterThan(100);
      }
    }
  }

  @Test
  void sendsNobodyToNodesThatKnowNoMoreTasksThanThisOne() throws Exception {
    try (var otherNode = TestTask.echoOn("127.0.0.2");
        var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      PublishedPort port = PublishedPort.tcp(otherNode.address().getPort());
      List<Node> nodes = List.of(new Node("other", otherNode.address().getAddress()));
      proxy.publish(route(port, List.of(), nodes, List.of()));
      proxy.awaitBound(port.number());
      try (Socket client = proxy.connect(port.number())) {
        client.getOutputStream().write(42);
        awaitParked(proxy, port.number(), 1);
        assertThat(otherNode.connections()).isZero();
        Endpoint appeared = ProxyFixture.endpoint(task.address(), TaskState.RUNNING);
        proxy.publish(route(port, List.of(appeared), nodes, List.of()));
        assertThat(client.getInputStream().read()).isEqualTo(42);
      }
    }
  }

  @Test
  void takesADetourToATaskThatOnlyOthersCanReach() throws Exception {
    try (var otherNode = TestTask.echoOn("127.0.0.2");
        var proxy = new ProxyFixture()) {
      PublishedPort port = PublishedPort.tcp(otherNode.address().getPort());
      List<Node> nodes = List.of(new Node("other", otherNode.address().getAddress()));
      Reach none = Reach.none("given by the test");
      Endpoint there =
          Endpoint.of(new Task("t", "t", "other", TaskState.RUNNING, none), port.number());
      proxy.publish(route(port, List.of(), nodes, List.of(there)));
      proxy.awaitBound(port.number());
      try (Socket client = proxy.connect(port.number())) {
        client.getOutputStream().write(42);
        assertThat(client.getInputStream().read()).isEqualTo(42);
      }
      assertThat(proxy.stats(port.number()).detours()).isEqualTo(1);
      assertThat(proxy.stats(port.number()).parking().parked()).isZero();
    }
  }

  @Test
  void countsForTheLimitOfItsRouteAndForNoOtherOnceReleased() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      Policy one = Policy.DEFAULT.withConnections(1);
      int port = proxy.serve(Protocol.TCP, one);
      try (Socket client = proxy.connect(port)) {
        awaitParked(proxy, port, 1);
        assertThatThrownBy(() -> connectAndRead(proxy, port)).isInstanceOf(SocketException.class);
        assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.LIMIT, 1L);
        proxy.publish(PublishedPort.tcp(port), one, task.address());
        client.getOutputStream().write(42);
        assertThat(client.getInputStream().read()).isEqualTo(42);
      }
      Await.until(() -> proxy.stats(port).active() == 0);
      try (Socket next = proxy.connect(port)) {
        next.getOutputStream().write(42);
        assertThat(next.getInputStream().read()).isEqualTo(42);
      }
    }
  }

  @Test
  void goesOverToTheServiceThatHasThePortNext() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int number = proxy.serve(Protocol.TCP, Policy.DEFAULT.withConnections(1));
      PublishedPort port = PublishedPort.tcp(number);
      try (Socket client = proxy.connect(number)) {
        awaitParked(proxy, number, 1);
        Endpoint endpoint = ProxyFixture.endpoint(task.address(), TaskState.RUNNING);
        proxy.publish(route(port, List.of(endpoint), List.of(), List.of()));
        client.getOutputStream().write(42);
        assertThat(client.getInputStream().read()).isEqualTo(42);
      }
    }
  }

  private static Route route(
      PublishedPort port, List<Endpoint> endpoints, List<Node> detours, List<Endpoint> withheld) {
    return new Route(port, "next-owner", "web", BalancingPolicy.P2C, endpoints, detours, withheld);
  }

  private static void write(Socket socket, byte[] bytes, int from) {
    try {
      socket.getOutputStream().write(bytes, from, bytes.length - from);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static int connectAndRead(ProxyFixture proxy, int port) throws IOException {
    try (Socket client = proxy.connect(port)) {
      return client.getInputStream().read();
    }
  }

  private static void closeAll(List<Socket> clients) throws IOException {
    for (Socket client : clients) {
      client.close();
    }
  }

  static void awaitParked(ProxyFixture proxy, int port, long count) {
    Await.until(() -> proxy.stats(port).parking().active() == count);
  }
}
