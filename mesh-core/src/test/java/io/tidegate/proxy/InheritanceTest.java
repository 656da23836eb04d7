package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One data path takes the listeners of another one over. */
@Timeout(60)
class InheritanceTest {

  private static ProxyFixture withShards(int shards) {
    ProxyConfig one = ProxyFixture.configOfOneShard();
    return new ProxyFixture(
        new ProxyConfig(
            shards,
            one.bindAddress(),
            one.connectTimeout(),
            one.connectAttempts(),
            one.backlog(),
            one.relay(),
            new UdpConfig(Duration.ofSeconds(60), 1_000, 100_000)));
  }

  private static Inheritance inherit(ProxyFixture from, ProxyFixture to) {
    Inheritance inheritance = Inheritance.of(from.shards.lend());
    to.shards.inherit(inheritance);
    return inheritance;
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 3", "4, 1", "1, 4", "3, 2"})
  void servesWhoWaitsAtASocketThatNobodyLooksAt(int before, int after) throws Exception {
    List<Socket> clients = new ArrayList<>();
    try (var task = TestTask.echo();
        var predecessor = withShards(before);
        var successor = withShards(after)) {
      int port = predecessor.serve(task.address());
      Inheritance inheritance = inherit(predecessor, successor);
      successor.publish(port, task.address());
      predecessor.shards.stopListening();
      for (int i = 0; i < 32; i++) {
        Socket client = successor.connect(port);
        client.getOutputStream().write(i);
        clients.add(client);
      }
      assertThat(task.connections()).isZero();

      inheritance.begin();
      successor.awaitBound(port);
      for (int i = 0; i < 32; i++) {
        assertThat(clients.get(i).getInputStream().read()).isEqualTo(i);
      }
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  @Test
  void failsNoClientWhileListenersGoOverAndOver() throws Exception {
    try (var task = TestTask.echo();
        var first = withShards(2);
        var clients = new OpenLoop(first)) {
      int port = first.serve(task.address());
      clients.start(port);
      ProxyFixture predecessor = first;
      for (int i = 0; i < 10; i++) {
        clients.awaitSent(20);
        ProxyFixture successor = withShards(1 + i % 3);
        Inheritance inheritance = inherit(predecessor, successor);
        successor.publish(port, task.address());
        predecessor.shards.stopListening();
        inheritance.begin();
        successor.awaitBound(port);
        assertThat(predecessor.shards.drain(Duration.ofSeconds(5))).isTrue();
        if (i > 0) {
          predecessor.close();
        }
        predecessor = successor;
      }
      clients.awaitSent(20);
      assertThat(clients.finish()).isEmpty();
      predecessor.close();
    }
  }

  @Test
  void leavesRelaysWhereTheyAre() throws Exception {
    try (var task = TestTask.echo();
        var predecessor = withShards(2);
        var successor = withShards(2)) {
      int port = predecessor.serve(task.address());
      try (Socket client = predecessor.connect(port)) {
        assertAnswers(client);
        Inheritance inheritance = inherit(predecessor, successor);
        successor.publish(port, task.address());
        predecessor.shards.stopListening();
        inheritance.begin();
        successor.awaitBound(port);
        assertAnswers(client);
        assertThat(predecessor.stats(port).active()).isOne();
        assertThat(predecessor.shards.drain(Duration.ofMillis(50))).isFalse();
      }
      assertThat(predecessor.shards.drain(Duration.ofSeconds(5))).isTrue();
    }
  }

  @Test
  void changesNothingForWhoTakesTheSocketsBack() throws Exception {
    try (var task = TestTask.echo();
        var predecessor = withShards(2)) {
      int port = predecessor.serve(task.address());
      try (var successor = withShards(2)) {
        Inheritance inheritance = inherit(predecessor, successor);
        successor.publish(port, task.address());
        successor.shards.settle();
        // It fails before it is ready.
        inheritance.close();
      }
      predecessor.shards.takeBack();
      for (int i = 0; i < 20; i++) {
        try (Socket client = predecessor.connect(port)) {
          assertAnswers(client);
        }
      }
      predecessor.shards.stopListening();
      assertThatThrownBy(() -> predecessor.connect(port)).isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void isToldNothingMoreOfASocketThatAnotherOneHolds() throws Exception {
    try (var task = TestTask.echo();
        var proxy = withShards(2)) {
      proxy.serve(task.address());
      proxy.serveUdp(0, task.address());
      List<PassedSocket> held = proxy.shards.lend();
      assertThat(held).hasSize(4);
      long watched = watched();
      proxy.shards.stopListening();
      assertThat(watched() - watched).isEqualTo(-4);
      held.forEach(PassedSocket::close);
    }
  }

  /** How many descriptors any epoll instance of this process watches. */
  private static long watched() throws IOException {
    long watched = 0;
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        if (Files.isSymbolicLink(descriptor)
            && Files.readSymbolicLink(descriptor).endsWith("anon_inode:[eventpoll]")) {
          Path facts = Path.of("/proc/self/fdinfo").resolve(descriptor.getFileName());
          watched +=
              Files.readAllLines(facts).stream().filter(line -> line.startsWith("tfd:")).count();
        }
      }
    }
    return watched;
  }

  @Test
  void closesWhatIsNotServedAnyMore() throws Exception {
    try (var task = TestTask.echo();
        var predecessor = withShards(2);
        var successor = withShards(2)) {
      int port = predecessor.serve(task.address());
      int gone = predecessor.serve(task.address());
      Inheritance inheritance = inherit(predecessor, successor);
      successor.publish(port, task.address());
      predecessor.shards.stopListening();
      inheritance.begin();
      successor.shards.settle();
      inheritance.close();
      assertThatThrownBy(() -> successor.connect(gone)).isInstanceOf(ConnectException.class);
      try (Socket client = successor.connect(port)) {
        assertAnswers(client);
      }
    }
  }

  @Test
  void bindsAnewWhatIsBoundElsewhere() throws Exception {
    try (var task = TestTask.echo();
        var predecessor = withShards(1);
        var successor = new ProxyFixture(ProxyFixture.config(UdpConfig.defaults()))) {
      int port = predecessor.serve(task.address());
      Inheritance inheritance = inherit(predecessor, successor);
      successor.publish(port, task.address());
      predecessor.shards.stopListening();
      inheritance.begin();
      successor.awaitBound(port);
      try (Socket client = new Socket(InetAddress.ofLiteral("::1"), port)) {
        assertAnswers(client);
      }
    }
  }

  @Test
  void keepsDatagramsThatComeMeanwhile() throws Exception {
    try (var task = UdpTask.named("task");
        var predecessor = withShards(2);
        var successor = withShards(2)) {
      int port = predecessor.serveUdp(0, task.address());
      try (UdpProbe client = new UdpProbe(port)) {
        assertThat(client.ask("one")).isEqualTo("task one");
        Inheritance inheritance = inherit(predecessor, successor);
        successor.publishUdp(port, 0, task.address());
        predecessor.shards.stopListening();
        client.send("two".getBytes(UTF_8));
        inheritance.begin();
        assertThat(client.hears()).isEqualTo("task two");
        assertThat(client.ask("three")).isEqualTo("task three");
        assertThat(task.senders()).isEqualTo(2);
      }
    }
  }

  @Test
  void letsAnswersUnderWayPassThroughTheProcessThatAsked() throws Exception {
    try (DatagramSocket task = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
        var predecessor = withShards(2);
        var successor = withShards(2)) {
      InetSocketAddress address = (InetSocketAddress) task.getLocalSocketAddress();
      int port = predecessor.serveUdp(0, address);
      try (UdpProbe client = new UdpProbe(port)) {
        client.send("slow".getBytes(UTF_8));
        DatagramPacket asked = new DatagramPacket(new byte[16], 16);
        task.receive(asked);
        Inheritance inheritance = inherit(predecessor, successor);
        successor.publishUdp(port, 0, address);
        predecessor.shards.stopListening();
        inheritance.begin();
        successor.awaitBound(port);
        task.send(asked);
        assertThat(client.hears()).isEqualTo("slow");
      }
    }
  }

  private static void assertAnswers(Socket client) throws IOException {
    client.getOutputStream().write(42);
    assertThat(client.getInputStream().read()).isEqualTo(42);
  }
}
