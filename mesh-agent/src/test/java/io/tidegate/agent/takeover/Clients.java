package io.tidegate.agent.takeover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.linux.TestNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.FutureTask;

/** Clients of a {@link NamedTask}, in one network namespace. */
public record Clients(TestNamespace namespace) {

  private static final int CONNECT_MILLIS = 10_000;
  private static final int PATIENCE_MILLIS = 20_000;
  private static final int DATAGRAM_MILLIS = 5_000;

  public Socket connect(InetSocketAddress to) throws IOException {
    Socket socket =
        namespace.inside(
            () -> {
              Socket connecting = new Socket();
              connecting.connect(to, CONNECT_MILLIS);
              return connecting;
            });
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  public DatagramSocket datagrams() throws IOException {
    return namespace.inside(DatagramSocket::new);
  }

  /** Whether all that a client says comes back. */
  public static void assertExact(Socket client, int bytes) throws IOException {
    byte[] said = new byte[bytes];
    new Random(bytes).nextBytes(said);
    FutureTask<Boolean> speech =
        new FutureTask<>(
            () -> {
              client.getOutputStream().write(said);
              return true;
            });
    Thread.ofPlatform().daemon().start(speech);
    assertThat(client.getInputStream().readNBytes(bytes)).isEqualTo(said);
    assertThat(speech).succeedsWithin(Duration.ofMillis(PATIENCE_MILLIS));
  }

  /** What is answered to a datagram, from where it was sent to. */
  public static String asked(DatagramSocket client, InetSocketAddress to) throws IOException {
    client.setSoTimeout(DATAGRAM_MILLIS);
    client.send(new DatagramPacket("?".getBytes(UTF_8), 1, to));
    DatagramPacket answer = new DatagramPacket(new byte[100], 100);
    client.receive(answer);
    assertThat(answer.getSocketAddress()).isEqualTo(to);
    return new String(answer.getData(), 0, answer.getLength(), UTF_8);
  }
}
