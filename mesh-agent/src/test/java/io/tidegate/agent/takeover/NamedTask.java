package io.tidegate.agent.takeover;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidegate.agent.linux.TestNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Says its name to whoever connects, and then whatever it hears; by UDP its name and what it heard.
 */
public final class NamedTask implements AutoCloseable {

  private final String name;
  private final ServerSocket tcp;
  private final DatagramSocket udp;

  public NamedTask(TestNamespace namespace, String name, String address, int port)
      throws IOException {
    this.name = name;
    InetAddress host = InetAddress.ofLiteral(address);
    tcp = namespace.inside(() -> new ServerSocket(port, 200, host));
    udp = namespace.inside(() -> new DatagramSocket(new InetSocketAddress(host, port)));
    Thread.ofPlatform().daemon().start(this::acceptAll);
    Thread.ofPlatform().daemon().start(this::answerAll);
  }

  private void acceptAll() {
    try {
      while (true) {
        Socket client = tcp.accept();
        Thread.ofPlatform().daemon().start(() -> echo(client));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void echo(Socket client) {
    try (client) {
      client.getOutputStream().write(name.charAt(0));
      client.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException e) {
      // the client left
    }
  }

  private void answerAll() {
    try {
      while (true) {
        DatagramPacket heard = new DatagramPacket(new byte[1500], 1500);
        udp.receive(heard);
        byte[] said =
            (name + new String(heard.getData(), 0, heard.getLength(), UTF_8)).getBytes(UTF_8);
        udp.send(new DatagramPacket(said, said.length, heard.getSocketAddress()));
      }
    } catch (IOException e) {
      // closed
    }
  }

  @Override
  public void close() throws IOException {
    tcp.close();
    udp.close();
  }
}
