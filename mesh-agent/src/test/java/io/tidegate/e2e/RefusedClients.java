package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketException;

/** Clients of a port on which no task listens; they tell how long it took until they knew. */
final class RefusedClients {

  private static final int PATIENCE_MILLIS = 2_000;

  private RefusedClients() {}

  /** Milliseconds until a connection was reset: before anybody has accepted it, or after. */
  static double byTcp(String address, int port) {
    long startNanos = System.nanoTime();
    assertThatThrownBy(() -> readFrom(address, port)).isInstanceOf(SocketException.class);
    return millisSince(startNanos);
  }

  private static void readFrom(String address, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      var _ = socket.getInputStream().read();
    }
  }

  /** Milliseconds until a client was told by ICMP that nobody takes its datagram. */
  static double byUdp(String address, int port) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(address, port));
      socket.setSoTimeout(PATIENCE_MILLIS);
      long startNanos = System.nanoTime();
      socket.send(new DatagramPacket(new byte[] {'?'}, 1));
      assertThatThrownBy(() -> socket.receive(new DatagramPacket(new byte[1], 1)))
          .isInstanceOf(PortUnreachableException.class);
      return millisSince(startNanos);
    }
  }

  private static double millisSince(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e6;
  }
}
