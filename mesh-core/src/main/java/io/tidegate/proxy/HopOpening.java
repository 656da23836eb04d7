package io.tidegate.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.LinuxSocket;
import io.tidegate.balance.Picker;
import io.tidegate.header.HopAnswer;
import io.tidegate.header.HopHeader;
import io.tidegate.kernel.Errno;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From another agent's question to a UDP session, or to the reason why there is none. */
final class HopOpening {

  private static final Logger LOG = LoggerFactory.getLogger(HopOpening.class);

  private HopOpening() {}

  /**
   * Begins for a connection of another agent that counts as a client already.
   *
   * @param listener where that agent was heard
   */
  static void begin(Shard shard, HopListener listener, RelayHalf caller, HopHeader asked) {
    ServedRoute served =
        shard.served().routeOf(new PublishedPort(asked.publishedPort(), Protocol.UDP));
    int index = served == null ? Picker.NONE : HopDial.indexOf(served, asked);
    if (served == null || index == Picker.NONE) {
      HopDial.refuse(shard, caller, HopAnswer.NO_SUCH_TASK);
      return;
    }
    HopAnswer doubt = HopHome.doubt(shard, served.endpoint(index));
    if (doubt != null) {
      HopDial.refuse(shard, caller, doubt);
    } else if (!shard.udp().begin(shard.clock().nanoTime())) {
      HopDial.refuse(shard, caller, HopAnswer.BUSY);
    } else {
      begin(shard, listener, served, index, caller, asked);
    }
  }

  private static void begin(
      Shard shard,
      HopListener listener,
      ServedRoute served,
      int index,
      RelayHalf caller,
      HopHeader asked) {
    try {
      open(shard, listener, served, index, caller, asked).begin();
    } catch (NotTransparentException e) {
      shard.udp().ended();
      served.counters.connections(ConnectionResult.NOT_TRANSPARENT).increment();
      HopDial.refuse(shard, caller, HopAnswer.NOT_TRANSPARENT);
    } catch (IOException | ChannelException e) {
      LOG.debug("{}: {}: {}", served.route.port(), served.endpoint(index), e.getMessage());
      boolean isRefused = e instanceof IOException failed && !Errno.isExhausted(failed);
      shard.udp().ended();
      if (isRefused) {
        served.countersOf(index).connectFailures.increment();
      }
      served.counters.connections(ConnectionResult.REFUSED).increment();
      HopDial.refuse(shard, caller, isRefused ? HopAnswer.TASK_REFUSED : HopAnswer.BUSY);
    }
  }

  private static HopSession open(
      Shard shard,
      HopListener listener,
      ServedRoute served,
      int index,
      RelayHalf caller,
      HopHeader asked)
      throws IOException {
    InetSocketAddress address = LinuxSocket.newSocket(caller.socket.intValue()).remoteAddress();
    if (address == null) {
      throw new IOException("whoever has asked is gone");
    }
    HopDatagrams datagrams = listener.datagrams();
    UdpClient agent = datagrams.from(address.getAddress(), asked.udpPort());
    UdpSocket.ToTask task = HopTask.open(shard, served, index, asked);
    HopSession session = new HopSession(shard, served, index, caller, datagrams, agent, task);
    session.introduce(index, asked.ends());
    return session;
  }
}
