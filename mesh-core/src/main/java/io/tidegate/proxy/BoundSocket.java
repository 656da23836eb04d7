package io.tidegate.proxy;

import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.Socket;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Makes the sockets of listeners: bound where a shard serves a port, with all options. */
final class BoundSocket {

  // As much as the system allows: what comes while other sockets have their turn waits here.
  private static final int UDP_BUFFER_BYTES = 4 << 20;

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

  /**
   * Binds a new one where ports are taken over.
   *
   * @throws IOException as above
   */
  static Socket open(Shard shard, PublishedPort port, Foothold foothold) throws IOException {
    UpstreamSockets sockets = shard.upstreamSockets();
    Socket socket =
        switch (port.protocol()) {
          case TCP -> TransparentSocket.stream(sockets, foothold, port.number());
          case UDP -> TransparentSocket.datagram(sockets, foothold, false, port.number());
        };
    try {
      prepare(socket, shard, port, new InetSocketAddress(foothold.address(), port.number()));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static void prepare(
      Socket socket, Shard shard, PublishedPort port, InetSocketAddress address)
      throws IOException {
    switch (port.protocol()) {
      case TCP -> prepareStream(socket);
      case UDP -> {
        socket.setReceiveBufferSize(UDP_BUFFER_BYTES);
        socket.setSendBufferSize(UDP_BUFFER_BYTES);
        shard.udp().of(address).packetInfo.enable(socket);
      }
    }
  }

  static void prepareStream(Socket socket) throws IOException {
    socket.setReuseAddress(true);
    // What is accepted inherits these.
    TcpSocket options = new TcpSocket(socket.intValue());
    options.setNoDelay();
    options.keepAlive();
  }
}
