package io.tidegate.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A UDP client that keeps its port, and with it its session, and repeats nothing. */
final class UdpClient implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 2_000;

  private final DatagramSocket socket = new DatagramSocket();
  private final InetSocketAddress port;

  /** To be made and used on threads of the place that it acts from. */
  UdpClient(String host, int port) throws IOException {
    this.port = new InetSocketAddress(InetAddress.ofLiteral(host), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
  }

  /** One datagram of a client that sends no other; returns its answer. */
  static String askOnce(String host, int port) throws IOException {
    try (UdpClient client = new UdpClient(host, port)) {
      return client.ask();
    }
  }

  /** Sends one datagram and returns its answer, which must come from where it was sent to. */
  String ask() throws IOException {
    socket.send(new DatagramPacket(new byte[] {'?'}, 1, port));
    DatagramPacket answer = new DatagramPacket(new byte[2_048], 2_048);
    socket.receive(answer);
    if (!answer.getSocketAddress().equals(port)) {
      throw new IOException("answer from " + answer.getSocketAddress() + ", not from " + port);
    }
    return new String(answer.getData(), 0, answer.getLength(), US_ASCII);
  }

  @Override
  public void close() {
    socket.close();
  }
}
