package io.tidegate.proxy;

import io.netty.channel.unix.Socket;
import io.tidegate.routing.HopGate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One shard's socket for the datagrams of all sessions that other agents pass on to it at one gate:
 * what many of them say is received with one call, and what their tasks answer is sent with one.
 * Whose a datagram is, the socket tells that it comes from: each session has one of its own at the
 * other agent. Whatever comes from elsewhere is dropped.
 */
final class HopDatagrams extends UdpReceiver {

  private final Map<UdpClient, HopSession> sessions = new HashMap<>();
  private final UdpExit exit;
  private final InetSocketAddress address;
  private boolean isLast;

  private HopDatagrams(Shard shard, Socket socket) {
    super(shard, socket);
    address = socket.localAddress();
    exit = new UdpExit(socket.intValue(), this::closeIfLast);
  }

  /**
   * Receives at a port that the kernel chooses.
   *
   * @throws IOException if it cannot; nothing is left open
   */
  static HopDatagrams open(Shard shard, HopGate gate) throws IOException {
    InetAddress host = gate.address().getAddress();
    Socket socket = UdpSocket.openDeaf(shard, gate.namespace(), BindAddress.isIpv6(gate.address()));
    try {
      BoundSocket.prepareForMany(socket, shard.udp().of(gate.address()).packetInfo);
      socket.bind(new InetSocketAddress(host, 0));
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    HopDatagrams opened = new HopDatagrams(shard, socket);
    opened.begin();
    return opened;
  }

  int port() {
    return address.getPort();
  }

  /** What a session is known by whose datagrams come from there. */
  UdpClient from(InetAddress host, int udpPort) {
    return UdpClient.of(new InetSocketAddress(host, udpPort), address.getAddress());
  }

  /** A session's datagrams go to it from now on; whose they were before gets none any more. */
  void enter(HopSession session) {
    sessions.put(session.client(), session);
    exit.enter();
  }

  void leave(HopSession session) {
    sessions.remove(session.client(), session);
    exit.leave();
  }

  /** No session begins any more: closes when the last one ends. */
  void closeWhenLeft() {
    isLast = true;
    if (exit.isIdle()) {
      close();
    }
  }

  private void closeIfLast() {
    if (isLast) {
      close();
    }
  }

  @Override
  @Nullable HopSession sessionOf(int i) {
    batch.readClient(i, sender);
    return sessions.get(sender);
  }

  @Override
  UdpExit exit() {
    return exit;
  }

  @Override
  String name() {
    return "datagrams of hops";
  }
}
