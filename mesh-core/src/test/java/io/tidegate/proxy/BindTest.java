package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidegate.routing.Bind;
import io.tidegate.routing.Bind.Place;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where a route's port is bound, if it says so by itself. */
@Timeout(60)
class BindTest {

  @RegisterExtension final UdpFixture udp = new UdpFixture();

  @Test
  void bindsEveryAddressThatIsNamedAndNoOther() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, bind("127.0.0.2,::1,127.0.0.3"), task.address());
      assertServed("127.0.0.2", port);
      assertServed("127.0.0.3", port);
      assertServed("::1", port);
      assertRefused("127.0.0.1", port);
      assertThat(status(proxy, port).addresses())
          .extracting(address -> address.getAddress().getHostAddress())
          .containsExactly("127.0.0.2", "0:0:0:0:0:0:0:1", "127.0.0.3");
    }
  }

  @Test
  void relaysEveryByteOfAClientOfIpv6ToATaskOfIpv4() throws Exception {
    byte[] said = new byte[3 << 20];
    new Random(5).nextBytes(said);
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, bind("::1"), task.address());
      try (Socket client = new Socket(InetAddress.ofLiteral("::1"), port)) {
        Thread writer = Thread.ofVirtual().start(() -> write(client, said));
        assertThat(client.getInputStream().readAllBytes()).isEqualTo(said);
        writer.join();
      }
    }
  }

  @Test
  void answersDatagramsOfBothFamiliesFromTheAddressThatWasAsked() throws Exception {
    ProxyFixture proxy = udp.keep(new ProxyFixture());
    UdpTask task = udp.task("task");
    int port = proxy.serve(Protocol.UDP, bind("::1,127.0.0.2"), task.address());
    assertThat(ask("::1", port)).isEqualTo("task hello");
    assertThat(ask("127.0.0.2", port)).isEqualTo("task hello");
  }

  @Test
  void bindsWhatANodeHasOfABlockOrInterface() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, bind("127.0.0.0/8"), task.address());
      assertServed("127.0.0.1", port);
      assertRefused("127.0.0.2", port);
      int other = proxy.serve(Protocol.TCP, bind("lo"), task.address());
      assertServed("127.0.0.1", other);
      assertServed("::1", other);
    }
  }

  @Test
  void leavesOutTheAddressesOfOtherNodes() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port =
          proxy.serve(Protocol.TCP, bind("192.0.2.77,127.0.0.2,2001:db8::7"), task.address());
      assertServed("127.0.0.2", port);
      assertThat(status(proxy, port).addresses()).hasSize(1);
    }
  }

  @Test
  void saysWhyThereIsNothingToBind() {
    try (var proxy = new ProxyFixture()) {
      PublishedPort port = PublishedPort.tcp(ProxyFixture.freePort());
      proxy.publish(port, bind("198.51.100.0/24,eth77,192.0.2.77,fe80::1%eth77"));
      proxy.shards.settle();
      ListenerStatus status = status(proxy, port.number());
      assertThat(status.isBound()).isFalse();
      assertThat(status.isPlaceless()).isTrue();
      assertThat(status.error())
          .isEqualTo(
              "nothing to bind: no address in 198.51.100.0/24, no interface eth77 with an address,"
                  + " no address 192.0.2.77, no address fe80:0:0:0:0:0:0:1%eth77");
    }
  }

  @Test
  void servesTheOtherAddressesWhileOneIsTaken() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      var holder = udp.keep(new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.3")));
      int port = holder.getLocalPort();
      proxy.publish(PublishedPort.tcp(port), bind("127.0.0.2,127.0.0.3"), task.address());
      Await.until(() -> String.valueOf(status(proxy, port).error()).startsWith("127.0.0.3: "));
      assertServed("127.0.0.2", port);
      holder.close();
      proxy.awaitBound(port);
      assertServed("127.0.0.3", port);
    }
  }

  @Test
  void movesToOtherAddressesAndLeavesRelaysAndTheRestAlone() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture()) {
      int port = proxy.serve(Protocol.TCP, bind("127.0.0.2,127.0.0.3"), task.address());
      try (Socket earlier = new Socket(InetAddress.ofLiteral("127.0.0.2"), port)) {
        assertAnswers(earlier);
        List<String> kept = sockets(port, "0300007F");
        proxy.publish(PublishedPort.tcp(port), bind("127.0.0.3,127.0.0.4"), task.address());
        proxy.shards.settle();
        assertRefused("127.0.0.2", port);
        assertServed("127.0.0.4", port);
        assertAnswers(earlier);
        assertThat(sockets(port, "0300007F")).isEqualTo(kept).hasSize(ProxyFixture.SHARDS);
        proxy.publish(PublishedPort.tcp(port), Policy.DEFAULT, task.address());
        proxy.shards.settle();
        assertServed("127.0.0.1", port);
        assertRefused("127.0.0.3", port);
        assertAnswers(earlier);
      }
    }
  }

  @Test
  void handsTheSocketsOfAllAddressesOver() throws Exception {
    try (var task = TestTask.echo();
        var predecessor = new ProxyFixture();
        var successor = new ProxyFixture()) {
      int port = predecessor.serve(Protocol.TCP, bind("127.0.0.2,::1"), task.address());
      List<String> before = sockets(port, "0200007F");
      Inheritance inheritance = Inheritance.of(predecessor.shards.lend());
      successor.shards.inherit(inheritance);
      successor.publish(PublishedPort.tcp(port), bind("127.0.0.2,::1"), task.address());
      predecessor.shards.stopListening();
      try (Socket waiting = new Socket(InetAddress.ofLiteral("::1"), port)) {
        inheritance.begin();
        successor.awaitBound(port);
        inheritance.close();
        assertAnswers(waiting);
      }
      assertServed("127.0.0.2", port);
      assertThat(sockets(port, "0200007F")).isEqualTo(before).hasSize(ProxyFixture.SHARDS);
    }
  }

  /** Interfaces and addresses of its own come and go there. */
  @Test
  void followsTheAddressesOfANetworkNamespace() throws Exception {
    assumeTrue(Files.isWritable(Path.of("/proc/sys/net/ipv4/ip_forward")), "needs root");
    Process program =
        new ProcessBuilder(
                "unshare",
                "--net",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                BindProgram.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(program.getInputStream().readAllBytes(), UTF_8);
    assertThat(program.waitFor()).as(said).isZero();
    assertThat(said).contains("served all");
  }

  /** The listening sockets at an address, by what the kernel calls each. */
  private static List<String> sockets(int port, String address) throws IOException {
    String local = " %s:%04X 00000000:0000 0A ".formatted(address, port);
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/net/tcp"))) {
      return lines
          .filter(line -> line.contains(local))
          .map(line -> line.strip().split(" +", -1)[9])
          .sorted()
          .toList();
    }
  }

  static Policy bind(String text) {
    return Policy.DEFAULT.withBind(
        new Bind(Stream.of(text.split(",", -1)).map(Place::parse).toList()));
  }

  static ListenerStatus status(ProxyFixture proxy, int port) {
    return proxy.shards.listeners().stream()
        .filter(status -> status.port().number() == port)
        .findFirst()
        .orElseThrow();
  }

  static void assertServed(String address, int port) throws IOException {
    try (Socket client = new Socket(InetAddress.getByName(address), port)) {
      assertAnswers(client);
    }
  }

  static void assertRefused(String address, int port) {
    assertThatThrownBy(() -> new Socket(InetAddress.getByName(address), port).close())
        .isInstanceOf(ConnectException.class);
  }

  static void assertAnswers(Socket client) throws IOException {
    client.setSoTimeout(20_000);
    client.getOutputStream().write(42);
    assertThat(client.getInputStream().read()).isEqualTo(42);
  }

  /** What is answered from the address that is asked, and from no other. */
  static String ask(String address, int port) throws IOException {
    try (DatagramSocket client = new DatagramSocket()) {
      client.setSoTimeout(5_000);
      client.connect(InetAddress.getByName(address), port);
      byte[] hello = "hello".getBytes(UTF_8);
      client.send(new DatagramPacket(hello, hello.length));
      DatagramPacket answer = new DatagramPacket(new byte[64], 64);
      client.receive(answer);
      return new String(answer.getData(), 0, answer.getLength(), UTF_8);
    }
  }

  private static void write(Socket client, byte[] bytes) {
    try {
      client.getOutputStream().write(bytes);
      client.shutdownOutput();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
