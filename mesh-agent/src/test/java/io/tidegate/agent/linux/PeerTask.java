package io.tidegate.agent.linux;

import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A task that tells each client who it takes it for, and then sends back whatever it gets. */
final class PeerTask implements AutoCloseable {

  private final ServerSocket server;
  private final DatagramSocket datagrams;

  /** How connections ended: {@code end}, or what went wrong. */
  final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

  /** What to do with the next connection instead, if anything. */
  final BlockingQueue<Behaviour> next = new LinkedBlockingQueue<>();

  /** What a task does with a connection. */
  interface Behaviour {
    void serve(Socket socket) throws IOException;
  }

  PeerTask(TestNamespace namespace, InetSocketAddress address) throws IOException {
    server =
        TransparentNode.in(
            namespace, () -> new ServerSocket(address.getPort(), 1024, address.getAddress()));
    datagrams = TransparentNode.in(namespace, () -> new DatagramSocket(address));
    datagrams.setReceiveBufferSize(4 << 20);
    Thread.ofPlatform().daemon().start(this::acceptAll);
    Thread.ofPlatform().daemon().start(this::answerAll);
  }

  private static String peer(InetSocketAddress address) {
    return address.getAddress().getHostAddress().replaceAll("%.*", "") + " " + address.getPort();
  }

  private void acceptAll() {
    try {
      while (true) {
        Socket socket = server.accept();
        Thread.ofPlatform().daemon().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      Behaviour other = next.poll();
      if (other != null) {
        other.serve(socket);
        return;
      }
      OutputStream out = socket.getOutputStream();
      String line = peer((InetSocketAddress) socket.getRemoteSocketAddress()) + "\n";
      out.write(line.getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().transferTo(out);
      ends.add("end");
    } catch (IOException e) {
      ends.add(String.valueOf(e.getMessage()));
    }
  }

  private void answerAll() {
    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
    try {
      while (true) {
        packet.setLength(2048);
        datagrams.receive(packet);
        byte[] said =
            peer((InetSocketAddress) packet.getSocketAddress()).getBytes(StandardCharsets.US_ASCII);
        datagrams.send(new DatagramPacket(said, said.length, packet.getSocketAddress()));
      }
    } catch (IOException e) {
      // closed
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    datagrams.close();
  }
}
