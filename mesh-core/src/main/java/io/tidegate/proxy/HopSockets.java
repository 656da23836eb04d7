package io.tidegate.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.Socket;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.HopGate;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * The two sockets of a session that another agent has passed on, each connected to one end.
 *
 * @param agent to that agent
 * @param task to the task
 */
record HopSockets(UdpSocket.ToTask agent, UdpSocket.ToTask task) {

  /**
   * Opens both.
   *
   * @param gate where the other agent was heard
   * @param caller its connection
   * @param batch is free for what has to be dropped
   * @throws IOException if one cannot be; the other is not left open
   */
  static HopSockets open(
      Shard shard,
      HopGate gate,
      ServedRoute served,
      int index,
      RelayHalf caller,
      HopHeader asked,
      UdpBatch batch)
      throws IOException {
    Endpoint endpoint = served.endpoint(index);
    if (served.route.isParallel()) {
      endpoint = endpoint.shifted(served.shift(asked.publishedPort()));
    }
    Socket agent = openToAgent(shard, gate, caller, asked.udpPort(), batch);
    try {
      Ends ends = asked.ends();
      InetSocketAddress client = ends == null ? null : ends.source();
      UdpSocket.ToTask task = UdpSocket.toTask(shard, served, endpoint, client);
      return new HopSockets(new UdpSocket.ToTask(agent, null), task);
    } catch (IOException | ChannelException e) {
      agent.close();
      throw e;
    }
  }

  private static Socket openToAgent(
      Shard shard, HopGate gate, RelayHalf caller, int udpPort, UdpBatch batch) throws IOException {
    InetSocketAddress address = LinuxSocket.newSocket(caller.socket.intValue()).remoteAddress();
    if (address == null) {
      throw new IOException("whoever has asked is gone");
    }
    Socket opened = UdpSocket.open(shard, gate.namespace(), BindAddress.isIpv6(gate.address()));
    try {
      opened.bind(new InetSocketAddress(gate.address().getAddress(), 0));
      opened.connect(new InetSocketAddress(address.getAddress(), udpPort));
      // Between the two anybody was heard, and the other agent does not know the port yet.
      batch.discard(opened.intValue());
      return opened;
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }
}
