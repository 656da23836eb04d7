package io.tidegate.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.unix.Socket;
import io.tidegate.kernel.Libc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a client of UDP that nobody listens where it sends to, as a task's own kernel would: an
 * empty datagram, in the client's name, goes to that port from within the namespace that has the
 * address. The kernel finds no socket for it, and says so to the client by ICMP, as often as its
 * limits allow. No right to send packets of our own making is needed.
 */
final class UdpRefusal {

  private static final Logger LOG = LoggerFactory.getLogger(UdpRefusal.class);

  private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(1);

  private UdpRefusal() {}

  /**
   * Has the client told; where that fails it hears nothing.
   *
   * @param namespace that has the address which was asked for
   */
  static void send(
      UpstreamSockets sockets,
      String namespace,
      InetSocketAddress client,
      InetSocketAddress asked) {
    try {
      send(new Socket(sockets.openDatagram(namespace, false)), client, asked);
    } catch (IOException | ChannelException e) {
      LOG.debug("{} is not told that {} is closed: {}", client, asked, e.getMessage());
    }
  }

  private static void send(Socket socket, InetSocketAddress client, InetSocketAddress asked)
      throws IOException {
    try {
      // Another shard may be about to say the same.
      socket.setReuseAddress(true);
      socket.setIntOpt(Libc.SOL_IP, Libc.IP_TRANSPARENT, 1);
      socket.bind(client);
      var _ = socket.sendTo(NOTHING, 0, 0, asked.getAddress(), asked.getPort());
    } finally {
      socket.close();
    }
  }
}
