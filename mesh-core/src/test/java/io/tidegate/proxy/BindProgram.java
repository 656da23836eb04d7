package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Serves ports in a network namespace of its own, and makes addresses there that come and go. */
final class BindProgram {

  private static final AtomicLong CLOCK = new AtomicLong(1);

  private BindProgram() {}

  public static void main(String[] args) throws Exception {
    ip("link set lo up");
    ip("link add near type veth peer name far");
    for (String name : List.of("near", "far")) {
      ip("link set " + name + " addrgenmode none");
      ip("link set " + name + " up");
      // The same on both: only the interface tells them apart.
      ip("addr add fe80::7/64 dev " + name + " nodad");
    }
    ip("addr add 10.9.0.1/24 dev near");
    ip("addr add fd09::1/64 dev near nodad");
    ProxyConfig config = ProxyFixture.config(Duration.ofSeconds(4), Duration.ofHours(1));
    try (var task = TestTask.echo();
        var udp = UdpTask.named("task");
        var proxy = new ProxyFixture(config, CLOCK::get)) {
      servesAnInterface(proxy, task, udp);
      servesOneOfTwoLinkLocalAddresses(proxy, task);
      followsWhatComesAndGoes(proxy, task);
    }
    System.out.println("served all");
  }

  private static void servesAnInterface(ProxyFixture proxy, TestTask task, UdpTask udp)
      throws IOException {
    int port = proxy.serve(Protocol.TCP, BindTest.bind("near"), task.address());
    int other = proxy.serve(Protocol.UDP, BindTest.bind("near"), udp.address());
    for (String address : List.of("10.9.0.1", "fd09::1", "fe80::7%near")) {
      BindTest.assertServed(address, port);
      assertThat(BindTest.ask(address, other)).isEqualTo("task hello");
    }
    BindTest.assertRefused("127.0.0.1", port);
    proxy.withdraw(port);
  }

  private static void servesOneOfTwoLinkLocalAddresses(ProxyFixture proxy, TestTask task)
      throws IOException {
    int port = proxy.serve(Protocol.TCP, BindTest.bind("fe80::7%far"), task.address());
    BindTest.assertServed("fe80::7%far", port);
    BindTest.assertRefused("fe80::7%near", port);
    proxy.publish(PublishedPort.tcp(port), BindTest.bind("fe80::7%far,fe80::/10"), task.address());
    proxy.shards.settle();
    BindTest.assertServed("fe80::7%near", port);
    assertThat(BindTest.status(proxy, port).addresses()).hasSize(2);
  }

  private static void followsWhatComesAndGoes(ProxyFixture proxy, TestTask task) throws Exception {
    int port = proxy.serve(Protocol.TCP, BindTest.bind("10.8.0.0/15,10.99.0.1"), task.address());
    try (Socket client = new Socket(InetAddress.ofLiteral("10.9.0.1"), port)) {
      ip("addr add 10.8.0.1/24 dev far");
      ip("addr add 10.99.0.1/24 dev far");
      proxy.shards.followAddresses();
      BindTest.assertRefused("10.8.0.1", port);
      follow(proxy);
      BindTest.assertServed("10.8.0.1", port);
      BindTest.assertServed("10.99.0.1", port);
      ip("addr del 10.8.0.1/24 dev far");
      follow(proxy);
      assertThat(BindTest.status(proxy, port).addresses()).hasSize(2);
      BindTest.assertServed("10.9.0.1", port);
      ip("addr del 10.99.0.1/24 dev far");
      follow(proxy);
      BindTest.assertAnswers(client);
    }
    ip("addr del 10.9.0.1/24 dev near");
    follow(proxy);
    assertThat(BindTest.status(proxy, port).error())
        .isEqualTo("nothing to bind: no address in 10.8.0.0/15, no address 10.99.0.1");
    ip("addr add 10.9.0.2/24 dev near");
    follow(proxy);
    BindTest.assertServed("10.9.0.2", port);
  }

  private static void follow(ProxyFixture proxy) {
    CLOCK.addAndGet(PlaceWatch.PERIOD.toNanos());
    proxy.shards.followAddresses();
    proxy.shards.settle();
  }

  private static void ip(String arguments) throws IOException, InterruptedException {
    Process ip = new ProcessBuilder(("ip " + arguments).split(" ", -1)).inheritIO().start();
    assertThat(ip.waitFor()).as("ip %s", arguments).isZero();
  }
}
