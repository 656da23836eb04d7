package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.ConnectionResult;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Ranges of ports. Without rules that bring clients, a range is reached by going to the port of its
 * sockets, at loopback, which is one of the range here.
 */
@Timeout(60)
class RangePortsTest {

  // From the first port of a range to the one that is asked for.
  private static final int SHIFT = 5;

  @BeforeEach
  void needsRoot() throws Exception {
    NetAdmin.assume();
  }

  private static PublishedPort around(int port, Protocol protocol) {
    return new PublishedPort(port - SHIFT, port + SHIFT, protocol);
  }

  private static Route route(PublishedPort ports, boolean isParallel, Endpoint endpoint) {
    return new Route(
        ports,
        "service",
        "web",
        Policy.DEFAULT,
        List.of(endpoint),
        List.of(),
        List.of(),
        Publication.Means.LABEL,
        isParallel);
  }

  /** A task by the first of its ports, of which it listens on another. */
  private static Endpoint first(InetSocketAddress task) {
    Reach reach = Reach.local(task.getAddress(), "given by the test");
    return endpoint(task, reach, task.getPort() - SHIFT);
  }

  private static Endpoint endpoint(InetSocketAddress task, Reach reach, int port) {
    String id = "task-" + task.getPort();
    return Endpoint.of(new Task(id, id, "far", TaskState.RUNNING, reach), port);
  }

  private static void publish(ProxyFixture proxy, Route route) {
    proxy.publish(route);
    proxy.shards.settle();
    assertThat(proxy.shards.listeners()).allMatch(ListenerStatus::isBound);
  }

  private static void assertAnswers(String host, int port) throws IOException {
    try (Socket client = new Socket(InetAddress.ofLiteral(host), port)) {
      client.getOutputStream().write(42);
      assertThat(client.getInputStream().read()).isEqualTo(42);
    }
  }

  @Test
  void leadsToThePortInTheSamePlace() throws Exception {
    try (var task = TestTask.echo();
        var udpTask = UdpTask.named("task");
        var proxy = new ProxyFixture()) {
      int port = proxy.shards.gather();
      publish(proxy, route(around(port, Protocol.TCP), true, first(task.address())));
      publish(proxy, route(around(port, Protocol.UDP), true, first(udpTask.address())));

      assertAnswers("127.0.0.1", port);
      try (var client = new UdpProbe("127.0.0.1", port)) {
        assertThat(client.ask("one")).isEqualTo("task one");
        client.send("two".getBytes(UTF_8));
        assertThat(client.receive(5_000).getSocketAddress())
            .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      }
    }
  }

  @Test
  void leadsAllPortsToOneAndServesBothFamilies() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.shards.gather();
      Reach reach = Reach.local(task.address().getAddress(), "given by the test");
      Endpoint endpoint = endpoint(task.address(), reach, task.address().getPort());
      publish(proxy, route(around(port, Protocol.TCP), false, endpoint));

      assertAnswers("127.0.0.1", port);
      assertAnswers("::1", port);
    }
  }

  @Test
  void asksTheOtherAgentForThePortThatWasAskedFor() throws Exception {
    try (var task = TestTask.echo();
        var udpTask = UdpTask.named("task");
        var hop = new HopFixture()) {
      int port = hop.near.shards.gather();
      hop.far.shards.gather();
      Reach reach = Reach.hop(hop.offer(), port - SHIFT, "given by the test");
      for (var each :
          List.of(
              route(around(port, Protocol.TCP), true, first(task.address())),
              route(around(port, Protocol.UDP), true, first(udpTask.address())))) {
        publish(hop.far, each);
        InetSocketAddress address =
            each.port().protocol() == Protocol.TCP ? task.address() : udpTask.address();
        publish(hop.near, route(each.port(), true, endpoint(address, reach, 1)));
      }

      assertAnswers("127.0.0.1", port);
      try (var client = new UdpProbe("127.0.0.1", port)) {
        assertThat(client.ask("one")).isEqualTo("task one");
      }
      assertThat(hop.far.stats(port - SHIFT).connections()).containsEntry(ConnectionResult.OK, 1L);
    }
  }

  @Test
  void isWellWhereItCannotServeRangesAndSaysWhy() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      proxy.shards.refuseRanges("not served: no nft");
      proxy.publish(route(PublishedPort.parse("10-20/tcp"), true, first(task.address())));

      Await.until(
          () ->
              proxy.shards.listeners().stream()
                  .anyMatch(
                      status ->
                          status.isPlaceless() && "not served: no nft".equals(status.error())));
    }
  }

  @Test
  void costsNoDescriptorsHoweverLargeItIs() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      proxy.shards.gather();
      publish(proxy, route(PublishedPort.parse("10000-10001/tcp"), false, first(task.address())));
      long descriptors = descriptors();

      publish(proxy, route(PublishedPort.parse("20000-60000/tcp"), false, first(task.address())));
      publish(proxy, route(PublishedPort.parse("20000-60000/udp"), false, first(task.address())));

      assertThat(descriptors() - descriptors).isLessThan(5);
      assertThat(proxy.shards.listeners()).hasSize(3);
    }
  }

  private static long descriptors() throws IOException {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }
}
