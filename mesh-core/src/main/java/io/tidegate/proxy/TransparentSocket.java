package io.tidegate.proxy;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes bound sockets at a foothold to which rules of the kernel may bring clients whatever port
 * they asked for (IP_TRANSPARENT, which needs CAP_NET_ADMIN).
 */
final class TransparentSocket {

  private static final int SOL_IP = 0;
  private static final int IP_TRANSPARENT = 19;
  private static final int SOL_IPV6 = 41;
  private static final int IPV6_TRANSPARENT = 75;

  private TransparentSocket() {}

  /**
   * A pair for each shard, all at one port that the kernel chooses.
   *
   * @throws IOException naming the foothold; nothing is left open
   */
  static List<TakenSockets> pairs(UpstreamSockets sockets, Foothold foothold, int count)
      throws IOException {
    List<Socket> streams = streams(sockets, foothold, count);
    List<Socket> datagrams = new ArrayList<>();
    try {
      int port = streams.getFirst().localAddress().getPort();
      List<TakenSockets> pairs = new ArrayList<>();
      for (Socket stream : streams) {
        Socket socket = datagram(sockets, foothold, port);
        datagrams.add(socket);
        BoundSocket.prepareAsked(socket, UdpPacketInfo.IPV4);
        pairs.add(new TakenSockets(stream, socket));
      }
      return pairs;
    } catch (IOException e) {
      close(streams);
      close(datagrams);
      throw e;
    }
  }

  private static List<Socket> streams(UpstreamSockets sockets, Foothold foothold, int count)
      throws IOException {
    List<Socket> streams = new ArrayList<>();
    try {
      int port = 0;
      for (int i = 0; i < count; i++) {
        Socket socket = new Socket(sockets.openStream(foothold.namespace(), false));
        streams.add(socket);
        BoundSocket.prepareStream(socket);
        bind(socket, false, foothold, port);
        port = socket.localAddress().getPort();
      }
      return streams;
    } catch (IOException e) {
      close(streams);
      throw e;
    }
  }

  private static Socket datagram(UpstreamSockets sockets, Foothold foothold, int port)
      throws IOException {
    Socket socket = new Socket(sockets.openDatagram(foothold.namespace(), false));
    try {
      bind(socket, false, foothold, port);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static void close(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private static void bind(Socket socket, boolean ipv6, Foothold foothold, int port)
      throws IOException {
    try {
      socket.setReusePort(true);
      socket.setIntOpt(ipv6 ? SOL_IPV6 : SOL_IP, ipv6 ? IPV6_TRANSPARENT : IP_TRANSPARENT, 1);
      socket.bind(new InetSocketAddress(foothold.address(), port));
    } catch (IOException e) {
      throw new IOException("%s: %s".formatted(foothold, e.getMessage()), e);
    }
  }
}
