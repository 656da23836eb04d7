package io.tidegate.agent.takeover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.linux.TestNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Random;

/** Clients of a {@link NamedTask}, in one network namespace. */
record Clients(TestNamespace namespace) {

  private static final int CONNECT_MILLIS = 10_000;
  private static final int PATIENCE_MILLIS = 20_000;
  private static final int DATAGRAM_MILLIS = 5_000;

  Socket connect(InetSocketAddress to) throws IOException {
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

  DatagramSocket datagrams() throws IOException {
    return namespace.inside(DatagramSocket::new);
  }

  /** Whether all that a client says comes back. */
  static void assertExact(Socket client, int bytes) throws IOException {
    byte[] said = new byte[bytes];
    new Random(bytes).nextBytes(said);
    Thread speaker =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    client.getOutputStream().write(said);
                  } catch (IOException e) {
                    // seen by who reads
                  }
                });
    assertThat(client.getInputStream().readNBytes(bytes)).isEqualTo(said);
    assertThat(speaker.isInterrupted()).isFalse();
  }

  /** What is answered to a datagram, from where it was sent to. */
  static String asked(DatagramSocket client, InetSocketAddress to) throws IOException {
    client.setSoTimeout(DATAGRAM_MILLIS);
    client.send(new DatagramPacket("?".getBytes(UTF_8), 1, to));
    DatagramPacket answer = new DatagramPacket(new byte[100], 100);
    client.receive(answer);
    assertThat(answer.getSocketAddress()).isEqualTo(to);
    return new String(answer.getData(), 0, answer.getLength(), UTF_8);
  }
}
