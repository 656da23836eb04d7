package io.tidegate.proxy;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Reach;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One side of a UDP session, under epoll's eye. Connected, so that only the other end is heard, and
 * what ICMP says of it too.
 */
abstract class UdpSocket implements EpollIoHandle, Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(UdpSocket.class);

  // Not edge-triggered: after a single answer, the expected one, there is no need to look for more.
  private static final EpollIoOps INCOMING = EpollIoOps.EPOLLIN;
  // From linux/in.h and in6.h: every ICMP error counts, and is kept with what it quotes.
  private static final int SOL_IP = 0;
  private static final int IP_RECVERR = 11;
  private static final int SOL_IPV6 = 41;
  private static final int IPV6_RECVERR = 25;

  final Shard shard;
  final Socket socket;
  final int fd;
  private final @Nullable UdpImitation imitation;
  // Goes ahead of the first datagram; null where nothing does, and once it did.
  byte @Nullable [] introduction;
  private @Nullable IoRegistration registration;

  /**
   * A connected socket.
   *
   * @param imitation how it has its client's own address; null where it does not
   */
  record ToTask(Socket socket, @Nullable UdpImitation imitation) {

    void close() throws IOException {
      try {
        socket.close();
      } finally {
        if (imitation != null) {
          imitation.end();
        }
      }
    }
  }

  UdpSocket(Shard shard, ToTask opened) {
    this.shard = shard;
    socket = opened.socket;
    imitation = opened.imitation;
    fd = socket.intValue();
  }

  /**
   * Opens one to a task, from its client's own address where the route asks for that.
   *
   * @throws NotTransparentException if that cannot be, and the route refuses such clients
   */
  static ToTask toTask(
      Shard shard, ServedRoute served, Endpoint endpoint, @Nullable InetSocketAddress client)
      throws IOException {
    InetSocketAddress address = Objects.requireNonNull(endpoint.address());
    UdpImitation imitation =
        served.isTransparent ? UdpImitation.begin(shard, served, endpoint, client) : null;
    if (imitation == null) {
      return new ToTask(connected(shard, endpoint.reach(), address), null);
    }
    ToTask opened = new ToTask(imitation.socket, imitation);
    try {
      hearErrors(opened.socket, BindAddress.isIpv6(address));
      opened.socket.connect(address);
      return opened;
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  private static void hearErrors(Socket opened, boolean ipv6) throws IOException {
    opened.setIntOpt(ipv6 ? SOL_IPV6 : SOL_IP, ipv6 ? IPV6_RECVERR : IP_RECVERR, 1);
  }

  /** Opens one to where a reach leads: to a task, or to whoever else is asked for it. */
  static Socket connected(Shard shard, Reach reach, InetSocketAddress address) throws IOException {
    Socket opened = open(shard, reach.namespace(), BindAddress.isIpv6(address));
    try {
      opened.connect(address);
      return opened;
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Opens one that is connected to nobody yet.
   *
   * @param namespace path of the network namespace; null means the agent's own
   */
  static Socket open(Shard shard, @Nullable String namespace, boolean ipv6) throws IOException {
    Socket opened = openDeaf(shard, namespace, ipv6);
    try {
      hearErrors(opened, ipv6);
      return opened;
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  /** The same for one that is for many, which an error that concerns one of them would stop. */
  static Socket openDeaf(Shard shard, @Nullable String namespace, boolean ipv6) throws IOException {
    return namespace == null
        ? LinuxSocket.newSocketDgram(ipv6)
        : LinuxSocket.newSocket(shard.upstreamSockets().openDatagram(namespace, ipv6));
  }

  /** Whether a header tells the endpoint whose datagrams these are: the socket itself does not. */
  final boolean introduces(ServedRoute served, int index) {
    return imitation == null && served.introducesTo(index);
  }

  /**
   * Sends those of a batch from one place on; the first alone, if a header goes ahead of it.
   *
   * @param counters count a header that there is no room for
   * @return how many, or the negated errno
   */
  final int send(UdpBatch batch, int from, int count, RouteCounters counters) {
    byte[] header = introduction;
    if (header == null) {
      return batch.sendToTask(fd, from, count);
    }
    int sent = batch.sendToTask(fd, from, header, shard.udp().firstDatagram());
    boolean isTooLong = sent < 0 && UdpFailure.of(sent) == UdpFailure.TOO_LONG;
    if (isTooLong) {
      counters.proxyHeadersOmitted.increment();
      sent = batch.sendToTask(fd, from, 1);
    }
    if (sent > 0) {
      introduction = null;
    }
    return sent;
  }

  /** Has epoll tell of what comes. */
  final void watch() throws IOException {
    registration = shard.register(this);
    registration.submit(INCOMING);
  }

  /** Something has come, or an error has. */
  abstract void onReadable();

  @Override
  public final void handle(IoRegistration ignored, IoEvent event) {
    onReadable();
  }

  /** Closes it when no event of the running batch can be meant for its descriptor. */
  final void closeLater() {
    shard.execute(this);
  }

  @Override
  public final void run() {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("closing {} failed: {}", socket, e.getMessage());
    }
    if (imitation != null) {
      imitation.end();
    }
    // After close(2), which has taken the descriptor out of epoll: costs no system call any more.
    if (registration != null) {
      registration.cancel();
    }
    shard.runWhenIdle();
  }

  @Override
  public final FileDescriptor fd() {
    return socket;
  }

  @Override
  public final void close() {
    // Called when the loop ends under a live registration; the shard ends its sessions before that.
  }
}
