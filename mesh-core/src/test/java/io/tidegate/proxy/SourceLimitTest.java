package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.routing.Limits;
import io.tidegate.routing.Node;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.TaskState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How fast clients may come, and how many of one address. */
@Timeout(60)
class SourceLimitTest {

  private static final String UNFAIR = "127.0.0.2";
  private static final String FAIR = "127.0.0.3";

  private final AtomicLong nowNanos = new AtomicLong(1);
  @RegisterExtension final UdpFixture udp = new UdpFixture();

  @Test
  void takesASecondsWorthOfClientsOverAllShardsAndMoreAsTimePasses() throws Exception {
    try (var task = TestTask.echo();
        var proxy = proxy()) {
      int port = serve(proxy, Limits.NONE.withRate(20), task);
      try (Clients clients = new Clients(proxy, port)) {
        assertThat(clients.served(UNFAIR, 50)).isEqualTo(20);
        nowNanos.addAndGet(250_000_000);
        assertThat(clients.served(UNFAIR, 50)).isEqualTo(5);
      }
      assertThat(proxy.stats(port).connections())
          .containsEntry(ConnectionResult.OK, 25L)
          .containsEntry(ConnectionResult.RATE_LIMIT, 75L);
    }
  }

  @Test
  void servesEveryoneElseWhileOneAddressComesFiftyTimesTooFast() throws Exception {
    try (var task = TestTask.echo();
        var proxy = proxy()) {
      Limits limits = new Limits(0, 100, 0, 10);
      int port = serve(proxy, limits, task);
      for (int round = 0; round < 5; round++) {
        nowNanos.addAndGet(1_000_000_000);
        try (Clients clients = new Clients(proxy, port)) {
          assertThat(clients.served(UNFAIR, 500)).isEqualTo(10);
          assertThat(clients.served(FAIR, 10)).isEqualTo(10);
          assertThat(clients.served("127.0.0.4", 10)).isEqualTo(10);
        }
      }
      assertThat(proxy.stats(port).connections())
          .containsEntry(ConnectionResult.SOURCE_RATE_LIMIT, 5 * 490L)
          .containsEntry(ConnectionResult.RATE_LIMIT, 0L);
    }
  }

  @Test
  void servesEveryoneElseWhileOneAddressHoldsAllThatItCan() throws Exception {
    try (var task = TestTask.echo();
        var proxy = proxy()) {
      int port = serve(proxy, new Limits(60, 0, 40, 0), task);
      try (Clients clients = new Clients(proxy, port)) {
        clients.hold(UNFAIR, 300);
        Await.until(
            () ->
                proxy.stats(port).connections().getOrDefault(ConnectionResult.SOURCE_LIMIT, 0L)
                    == 260);
        assertThat(clients.served(FAIR, 20)).isEqualTo(20);

        clients.leave(300);
        Await.until(() -> proxy.stats(port).active() == 20);
        assertThat(clients.served(UNFAIR, 50)).isEqualTo(40);
      }
    }
  }

  @Test
  void dropsDatagramsThatWouldBeginTooManySessionsOfAnAddress() throws IOException {
    ProxyFixture proxy = udp.proxy(nowNanos::get);
    Policy policy = Policy.DEFAULT.withLimits(new Limits(0, 3, 2, 0));
    int port = proxy.serve(Protocol.UDP, policy, udp.keep(UdpTask.echo()).address());
    UdpProbe first = udp.probe(port);
    assertThat(first.ask("hello")).isEqualTo("hello");
    assertThat(udp.probe(port).ask("hello")).isEqualTo("hello");
    udp.probe(port).send(new byte[1]);
    Await.until(() -> UdpFixture.in(proxy, port, DatagramResult.NO_SESSION) == 1);
    assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.SOURCE_LIMIT, 1L);
    assertThat(first.ask("again")).isEqualTo("again");
  }

  @Test
  void forgetsTheAddressesOfClientsThatAreGone() throws Exception {
    try (var task = TestTask.echo();
        var proxy = proxy()) {
      int port = serve(proxy, new Limits(0, 0, 10, 10), task);
      try (Clients clients = new Clients(proxy, port)) {
        for (int host = 2; host < 52; host++) {
          clients.served("127.0.0." + host, 1);
        }
        assertThat(proxy.shards.sources()).isEqualTo(50);
      }
      nowNanos.addAndGet(100_000_000);
      Await.until(
          () -> {
            proxy.shards.forgetIdleSources();
            return proxy.shards.sources() == 0;
          });
    }
  }

  @Test
  void letsANodeThatMakesDetoursBringMoreClientsThanOneAddressMay() throws Exception {
    try (var task = TestTask.echo();
        var proxy = proxy()) {
      int port = ProxyFixture.freePort();
      proxy.publish(
          new Route(
              PublishedPort.tcp(port),
              "s1",
              "web",
              Policy.DEFAULT.withLimits(Limits.NONE.withSourceConnections(5)),
              List.of(ProxyFixture.endpoint(task.address(), TaskState.RUNNING)),
              List.of(new Node("n2", InetAddress.ofLiteral(UNFAIR))),
              List.of()));
      proxy.awaitBound(port);
      try (Clients clients = new Clients(proxy, port)) {
        assertThat(clients.served(UNFAIR, 20)).isEqualTo(20);
        assertThat(clients.served(FAIR, 20)).isEqualTo(5);
      }
    }
  }

  private ProxyFixture proxy() {
    return new ProxyFixture(
        ProxyFixture.config(Duration.ofSeconds(4), Duration.ofHours(1)), nowNanos::get);
  }

  private static int serve(ProxyFixture proxy, Limits limits, TestTask task) {
    return proxy.serve(Protocol.TCP, Policy.DEFAULT.withLimits(limits), task.address());
  }

  /** Clients that stay. */
  private record Clients(ProxyFixture proxy, int port, List<Socket> all) implements AutoCloseable {

    Clients(ProxyFixture proxy, int port) {
      this(proxy, port, new ArrayList<>());
    }

    /** So many come and say nothing; those that are turned away may notice at once. */
    void hold(String address, int count) {
      for (int i = 0; i < count; i++) {
        Socket client = new Socket();
        all.add(client);
        try {
          client.bind(new InetSocketAddress(address, 0));
          client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
        } catch (IOException e) {
          // turned away
        }
      }
    }

    /** The first ones leave. */
    void leave(int count) throws IOException {
      for (Socket client : all.subList(0, count)) {
        client.close();
      }
    }

    /** How many of so many, one after the other, are answered. */
    int served(String address, int count) {
      int served = 0;
      for (int i = 0; i < count; i++) {
        served += isServed(address) ? 1 : 0;
      }
      return served;
    }

    private boolean isServed(String address) {
      try {
        Socket client = proxy.connectFrom(address, port);
        all.add(client);
        client.getOutputStream().write(7);
        return client.getInputStream().read() == 7;
      } catch (IOException e) {
        return false;
      }
    }

    @Override
    public void close() throws IOException {
      for (Socket client : all) {
        client.close();
      }
    }
  }
}
