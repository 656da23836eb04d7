package io.tidegate.proxy;

import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.Socket;
import io.tidegate.kernel.TcpSocket;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the sockets of listeners: bound where a shard serves a port, with all options. */
final class BoundSocket {

  private static final Logger LOG = LoggerFactory.getLogger(BoundSocket.class);

  // As much as the system allows: what comes while other sockets have their turn waits here.
  private static final int UDP_BUFFER_BYTES = 4 << 20;

  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUFFORCE = 33;

  private BoundSocket() {}

  /**
   * Binds a new one.
   *
   * @throws IOException if the port is taken, or not allowed; nothing is left open
   */
  static Socket open(Shard shard, PublishedPort port, InetSocketAddress address)
      throws IOException {
    boolean ipv6 = BindAddress.isIpv6(address);
    Socket socket =
        switch (port.protocol()) {
          case TCP -> LinuxSocket.newSocketStream(ipv6);
          case UDP -> LinuxSocket.newSocketDgram(ipv6);
        };
    try {
      socket.setReusePort(true);
      prepare(socket, shard, port, address);
      socket.bind(address);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Goes on with one that another process has bound to this address.
   *
   * @throws IOException if that fails; it is closed then
   */
  static Socket adopt(Shard shard, PassedSocket passed, InetSocketAddress address)
      throws IOException {
    Socket socket = new Socket(passed.fd());
    try {
      prepare(socket, shard, passed.port(), address);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Binds one that sends from an address and port, and hears of nobody. */
  static void bindExit(Socket socket, InetSocketAddress from) throws IOException {
    // Other shards, and other agents, answer from there too.
    socket.setReusePort(true);
    socket.setSendBufferSize(UDP_BUFFER_BYTES);
    socket.bind(from);
    socket.connect(BindAddress.nobody(from));
  }

  /** For UDP ports of any number: the system's own limit for buffers is meant for a single one. */
  static void prepareAsked(Socket socket, UdpPacketInfo packetInfo) throws IOException {
    socket.setIntOpt(SOL_SOCKET, SO_RCVBUFFORCE, UDP_BUFFER_BYTES);
    packetInfo.enableAsking(socket);
  }

  private static void prepare(
      Socket socket, Shard shard, PublishedPort port, InetSocketAddress address)
      throws IOException {
    switch (port.protocol()) {
      case TCP -> prepareStream(socket);
      case UDP -> prepareDatagrams(socket, shard.udp().of(address).packetInfo);
    }
  }

  /** For the sessions of many clients, with more room than the system's limit for one if it may. */
  static void prepareForMany(Socket socket, UdpPacketInfo packetInfo) throws IOException {
    prepareDatagrams(socket, packetInfo);
    try {
      socket.setIntOpt(SOL_SOCKET, SO_RCVBUFFORCE, UDP_BUFFER_BYTES);
    } catch (IOException e) {
      LOG.debug("no more room for datagrams than the system's limit: {}", e.getMessage());
    }
  }

  private static void prepareDatagrams(Socket socket, UdpPacketInfo packetInfo) throws IOException {
    socket.setReceiveBufferSize(UDP_BUFFER_BYTES);
    socket.setSendBufferSize(UDP_BUFFER_BYTES);
    packetInfo.enable(socket);
  }

  static void prepareStream(Socket socket) throws IOException {
    socket.setReuseAddress(true);
    // What is accepted inherits these.
    TcpSocket options = new TcpSocket(socket.intValue());
    options.setNoDelay();
    options.keepAlive();
  }
}
