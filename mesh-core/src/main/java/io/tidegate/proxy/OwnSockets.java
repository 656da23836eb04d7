package io.tidegate.proxy;

import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;

/** Sockets of the agent's own namespace, whichever is asked for. */
final class OwnSockets implements UpstreamSockets {

  @Override
  public int openStream(String namespace, boolean ipv6) {
    return LinuxSocket.newSocketStream(ipv6).intValue();
  }

  @Override
  public int openDatagram(String namespace, boolean ipv6) {
    return LinuxSocket.newSocketDgram(ipv6).intValue();
  }

  @Override
  public boolean holds(String namespace, InetAddress address) throws IOException {
    return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
  }
}
