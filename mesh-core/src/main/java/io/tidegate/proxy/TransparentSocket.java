package io.tidegate.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes bound sockets to which rules of the kernel may bring clients whatever port they asked for
 * (IP_TRANSPARENT, which needs CAP_NET_ADMIN).
 *
 * @param namespace path of the network namespace; null means the agent's own
 * @param address that they are bound to
 * @param isOpaque whether clients come by themselves and no rules bring them, which needs no right
 */
record TransparentSocket(
    UpstreamSockets sockets, @Nullable String namespace, InetAddress address, boolean isOpaque) {

  private static final int SOL_IP = 0;
  private static final int IP_TRANSPARENT = 19;
  private static final int SOL_IPV6 = 41;
  private static final int IPV6_TRANSPARENT = 75;

  TransparentSocket(UpstreamSockets sockets, @Nullable String namespace, InetAddress address) {
    this(sockets, namespace, address, false);
  }

  /**
   * A pair for each shard, all at one port.
   *
   * @param anyPort of theirs, or 0 for one that the kernel chooses
   * @throws IOException naming the address; nothing is left open
   */
  List<TakenSockets> pairs(int count, int anyPort) throws IOException {
    List<Socket> opened = new ArrayList<>();
    try {
      int port = anyPort;
      List<TakenSockets> pairs = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Socket stream = stream(port);
        opened.add(stream);
        port = stream.localAddress().getPort();
        Socket datagrams = datagrams(port);
        opened.add(datagrams);
        pairs.add(new TakenSockets(stream, datagrams));
      }
      return pairs;
    } catch (IOException | ChannelException e) {
      for (Socket socket : opened) {
        socket.close();
      }
      throw e instanceof IOException failed ? failed : new IOException(e.getMessage(), e);
    }
  }

  /**
   * One for TCP.
   *
   * @param port its own, or 0 for one that the kernel chooses
   * @throws IOException as above
   */
  Socket stream(int port) throws IOException {
    Socket socket =
        namespace == null
            ? LinuxSocket.newSocketStream(isIpv6())
            : new Socket(sockets.openStream(namespace, isIpv6()));
    try {
      BoundSocket.prepareStream(socket);
      return bound(socket, port);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private Socket datagrams(int port) throws IOException {
    Socket socket =
        namespace == null
            ? LinuxSocket.newSocketDgram(isIpv6())
            : new Socket(sockets.openDatagram(namespace, isIpv6()));
    try {
      UdpPacketInfo packetInfo = isIpv6() ? UdpPacketInfo.IPV6 : UdpPacketInfo.IPV4;
      if (isOpaque) {
        packetInfo.enableAsking(socket);
      } else {
        BoundSocket.prepareAsked(socket, packetInfo);
      }
      return bound(socket, port);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private Socket bound(Socket socket, int port) throws IOException {
    try {
      socket.setReusePort(true);
      if (!isOpaque) {
        socket.setIntOpt(
            isIpv6() ? SOL_IPV6 : SOL_IP, isIpv6() ? IPV6_TRANSPARENT : IP_TRANSPARENT, 1);
      }
      socket.bind(new InetSocketAddress(address, port));
      return socket;
    } catch (IOException e) {
      throw new IOException("%s: %s".formatted(this, e.getMessage()), e);
    }
  }

  private boolean isIpv6() {
    return address instanceof Inet6Address;
  }

  /** As in {@code 172.18.0.2 in /var/run/docker/netns/ingress_sbox}. */
  @Override
  public String toString() {
    return address.getHostAddress() + (namespace == null ? "" : " in " + namespace);
  }
}
