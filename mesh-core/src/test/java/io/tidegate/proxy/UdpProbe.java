package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;

/** A client of a UDP port. */
final class UdpProbe implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 5_000;
  private static final int SILENCE_MILLIS = 300;

  final DatagramSocket socket;
  private final InetSocketAddress port;

  UdpProbe(String host, int port) throws IOException {
    this.port = new InetSocketAddress(InetAddress.ofLiteral(host), port);
    socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
  }

  UdpProbe(int port) throws IOException {
    this("127.0.0.1", port);
  }

  void send(byte[] bytes) throws IOException {
    socket.send(new DatagramPacket(bytes, bytes.length, port));
  }

  DatagramPacket receive(int patienceMillis) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
    socket.setSoTimeout(patienceMillis);
    socket.receive(packet);
    return packet;
  }

  byte[] ask(byte[] bytes) throws IOException {
    send(bytes);
    return next();
  }

  private byte[] next() throws IOException {
    DatagramPacket answer = receive(PATIENCE_MILLIS);
    return Arrays.copyOf(answer.getData(), answer.getLength());
  }

  String ask(String text) throws IOException {
    return new String(ask(text.getBytes(UTF_8)), UTF_8);
  }

  /** What comes next, without asking. */
  String hears() throws IOException {
    return new String(next(), UTF_8);
  }

  /** Whether nothing comes for a while. */
  boolean hearsNothing() throws IOException {
    try {
      receive(SILENCE_MILLIS);
      return false;
    } catch (SocketTimeoutException e) {
      return true;
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
