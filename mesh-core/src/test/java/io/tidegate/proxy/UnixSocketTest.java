package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.unix.Socket;
import io.tidegate.kernel.UnixSocket;
import io.tidegate.routing.PublishedPort;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What two processes pass by a Unix socket. */
@Timeout(60)
class UnixSocketTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  @TempDir Path folder;

  /** Both ends of a connection. */
  private record Pair(UnixSocket listener, UnixSocket client, UnixSocket server)
      implements AutoCloseable {

    static Pair at(Path file) throws IOException {
      UnixSocket listener = UnixSocket.listen(file);
      UnixSocket client = UnixSocket.connect(file, LIMIT);
      return new Pair(listener, client, listener.accept(LIMIT));
    }

    @Override
    public void close() throws IOException {
      client.close();
      server.close();
      listener.close();
    }
  }

  @Test
  void passesBytesAndDescriptorsInOrder() throws Exception {
    try (var task = TestTask.echo();
        var proxy = new ProxyFixture();
        Pair pair = Pair.at(folder.resolve("socket"))) {
      int port = proxy.serve(task.address());
      List<PassedSocket> lent = proxy.shards.lend();
      assertThat(lent).hasSize(ProxyFixture.SHARDS);
      for (PassedSocket socket : lent) {
        pair.server.send("before".getBytes(UTF_8));
        pair.server.sendDescriptor(socket.fd());
      }
      pair.server.send("after".getBytes(UTF_8));
      for (PassedSocket socket : lent) {
        assertThat(pair.client.receive(6)).asString().isEqualTo("before");
        PassedSocket received = new PassedSocket(socket.port(), pair.client.receiveDescriptor());
        assertThat(received.port()).isEqualTo(PublishedPort.tcp(port));
        assertThat(target(received)).startsWith("socket:").isEqualTo(target(socket));
        received.close();
        socket.close();
      }
      assertThat(pair.client.receive(5)).asString().isEqualTo("after");
    }
  }

  private static String target(PassedSocket socket) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/fd/" + socket.fd())).toString();
  }

  @Test
  void leavesWhatIsReceivedToNoOtherProgram() throws Exception {
    try (Pair pair = Pair.at(folder.resolve("socket"))) {
      Socket any = Socket.newSocketDomain();
      pair.server.sendDescriptor(any.intValue());
      any.close();
      PassedSocket received =
          new PassedSocket(PublishedPort.tcp(1), pair.client.receiveDescriptor());
      String flags = Files.readString(Path.of("/proc/self/fdinfo/" + received.fd()));
      // O_CLOEXEC, in octal digits.
      assertThat(flags).containsPattern("flags:\\s+0?2[0-7]{6}\n");
      received.close();
    }
  }

  @Test
  void knowsWhoIsAtTheOtherEnd() throws Exception {
    try (Pair pair = Pair.at(folder.resolve("socket"))) {
      int user = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      int pid = (int) ProcessHandle.current().pid();
      assertThat(pair.server.peer()).isEqualTo(new UnixSocket.Peer(pid, user));
      assertThat(pair.client.peer()).isEqualTo(new UnixSocket.Peer(pid, user));
    }
  }

  @Test
  void listensForItsOwnUserAloneInPlaceOfWhatIsThere() throws Exception {
    Path file = folder.resolve("socket");
    UnixSocket.listen(file).close();
    assertThatThrownBy(() -> UnixSocket.connect(file, LIMIT)).isInstanceOf(ConnectException.class);
    try (Pair pair = Pair.at(file)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      pair.client.send(new byte[] {42});
      assertThat(pair.server.receive(1)).containsExactly(42);
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).containsExactly(file);
      }
    }
  }

  @Test
  void waitsNoLongerThanItsLimit() throws Exception {
    try (Pair pair = Pair.at(folder.resolve("socket"))) {
      pair.client.limit(Duration.ofMillis(20));
      assertThatThrownBy(() -> pair.client.receive(1)).isInstanceOf(InterruptedIOException.class);
      assertThatThrownBy(pair.client::receiveDescriptor).isInstanceOf(InterruptedIOException.class);
      assertThatThrownBy(() -> pair.client.send(new byte[8 << 20]))
          .isInstanceOf(InterruptedIOException.class);
    }
  }

  @Test
  void seesTheEndOfTheOther() throws Exception {
    try (Pair pair = Pair.at(folder.resolve("socket"))) {
      pair.server.close();
      assertThatThrownBy(() -> pair.client.receive(1)).isInstanceOf(EOFException.class);
      assertThatThrownBy(() -> pair.client.send(new byte[1])).isInstanceOf(IOException.class);
    }
  }

  @Test
  void refusesAByteWithoutADescriptor() throws Exception {
    try (Pair pair = Pair.at(folder.resolve("socket"))) {
      pair.client.limit(Duration.ofMillis(20));
      pair.server.send(new byte[1]);
      assertThatThrownBy(pair.client::receiveDescriptor).isInstanceOf(IOException.class);
    }
  }

  @Test
  void endsWhatWaitsWhenItIsShutDown() throws Exception {
    try (UnixSocket listener = UnixSocket.listen(folder.resolve("socket"))) {
      CompletableFuture<String> accepting =
          CompletableFuture.supplyAsync(
              () -> {
                try (UnixSocket _ = listener.accept(LIMIT)) {
                  return "accepted";
                } catch (IOException e) {
                  return "ended";
                }
              },
              command -> Thread.ofPlatform().daemon().start(command));
      listener.shutdown();
      assertThat(accepting.join()).isEqualTo("ended");
    }
  }
}
