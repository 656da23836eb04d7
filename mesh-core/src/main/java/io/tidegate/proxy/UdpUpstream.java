package io.tidegate.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.tidegate.balance.EndpointLoad;
import io.tidegate.balance.Picker;
import io.tidegate.balance.Tried;
import io.tidegate.metrics.EndpointCounters;
import io.tidegate.routing.Endpoint;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session's socket to the endpoint that was picked for it. Connected, so that only the endpoint
 * is heard, and what ICMP says of it too.
 */
final class UdpUpstream implements EpollIoHandle, Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(UdpUpstream.class);

  // Not edge-triggered: after a single answer, the expected one, there is no need to look for more.
  private static final EpollIoOps INCOMING = EpollIoOps.EPOLLIN;
  // From linux/in.h and in6.h: every ICMP error counts, and is kept with what it quotes.
  private static final int SOL_IP = 0;
  private static final int IP_RECVERR = 11;
  private static final int SOL_IPV6 = 41;
  private static final int IPV6_RECVERR = 25;

  private final UdpSession session;
  private final Shard shard;
  private final Socket socket;
  final int fd;
  final EndpointCounters counters;
  private final EndpointLoad load;
  // Null where the task does not see the client's address.
  private final @Nullable UdpImitation imitation;

  // Shard loop only. The route as it was looked at last.
  private ServedRoute served;
  private int index;
  private @Nullable IoRegistration registration;
  private boolean closed;
  // Goes ahead of the first datagram; null where nothing does, and once it did.
  byte @Nullable [] header;

  private UdpUpstream(
      UdpSession session,
      Shard shard,
      ServedRoute served,
      int index,
      Socket socket,
      @Nullable UdpImitation imitation) {
    this.session = session;
    this.shard = shard;
    this.served = served;
    this.index = index;
    this.socket = socket;
    this.imitation = imitation;
    fd = socket.intValue();
    counters = served.countersOf(index);
    load = served.load(index);
    header =
        imitation == null && served.introducesTo(index)
            ? shard.introductions().of(served, index, session.client.ends(served.route.port()))
            : null;
  }

  /**
   * Picks an endpoint and connects to it; one that cannot even be sent to is followed by another.
   *
   * @param tried endpoints not to pick; those that fail are added
   * @return null if there is none left
   */
  static @Nullable UdpUpstream open(
      UdpSession session, Shard shard, ServedRoute served, Tried tried) {
    for (int i = 0; i < shard.config().connectAttempts(); i++) {
      int index = pick(session, served, tried);
      if (index == Picker.NONE) {
        return null;
      }
      try {
        return connect(session, shard, served, index);
      } catch (NotTransparentException e) {
        session.onNotTransparent();
        tried.add(index);
      } catch (IOException | ChannelException e) {
        LOG.debug("{}: {}: {}", served.route.port(), served.endpoint(index), e.getMessage());
        served.countersOf(index).connectFailures.increment();
        tried.add(index);
      }
    }
    return null;
  }

  /** A client that is a node has made a detour itself, and is not sent on another. */
  private static int pick(UdpSession session, ServedRoute served, Tried tried) {
    int picked = served.pick(tried);
    return picked == Picker.NONE && !served.isNode(session.client.address())
        ? served.pickDetour(tried)
        : picked;
  }

  private static UdpUpstream connect(UdpSession session, Shard shard, ServedRoute served, int index)
      throws IOException {
    Endpoint endpoint = served.endpoint(index);
    InetSocketAddress address = Objects.requireNonNull(endpoint.address());
    boolean ipv6 = address.getAddress() instanceof Inet6Address;
    UdpImitation imitation =
        served.isTransparent
            ? UdpImitation.begin(shard, served, endpoint, session.client.address())
            : null;
    Socket socket = imitation == null ? open(shard, endpoint, ipv6) : imitation.socket;
    try {
      socket.setIntOpt(ipv6 ? SOL_IPV6 : SOL_IP, ipv6 ? IPV6_RECVERR : IP_RECVERR, 1);
      socket.connect(address);
      UdpUpstream upstream = new UdpUpstream(session, shard, served, index, socket, imitation);
      upstream.registration = shard.register(upstream);
      upstream.registration.submit(INCOMING);
      upstream.begin();
      return upstream;
    } catch (IOException e) {
      socket.close();
      end(imitation);
      throw e;
    }
  }

  private static Socket open(Shard shard, Endpoint endpoint, boolean ipv6) throws IOException {
    String namespace = endpoint.reach().namespace();
    return namespace == null
        ? LinuxSocket.newSocketDgram(ipv6)
        : LinuxSocket.newSocket(shard.upstreamSockets().openDatagram(namespace, ipv6));
  }

  private static void end(@Nullable UdpImitation imitation) {
    if (imitation != null) {
      imitation.end();
    }
  }

  private void begin() {
    load.begin();
    counters.relays.increment();
    if (served.isDetour(index)) {
      served.counters.detours.increment();
    }
  }

  /**
   * Looks whether the endpoint can still be sent to by a newer table.
   *
   * @return false if it is not part of it any more
   */
  boolean follow(ServedRoute next) {
    if (next != served) {
      int found = next.indexOf(served.endpoint(index));
      if (found == Picker.NONE) {
        return false;
      }
      served = next;
      index = found;
    }
    return true;
  }

  /** Whether a newer table does not know the endpoint any more, not even as one that drains. */
  boolean isGoneFrom(ServedRoute next) {
    return !follow(next) && !next.has(served.endpoint(index));
  }

  /** Whether the endpoint's task is to stop, by a newer table. */
  boolean drainsIn(ServedRoute next) {
    return next.drains(served.endpoint(index));
  }

  /** Marks the endpoint as one that does not answer, where a newer table still has it. */
  void exclude(ServedRoute next, Tried tried) {
    counters.connectFailures.increment();
    if (follow(next)) {
      tried.add(index);
    }
  }

  @Override
  public void handle(IoRegistration ignored, IoEvent event) {
    session.receive();
  }

  /** Ends it; the descriptor goes when no event of the running batch can be meant for it. */
  void retire() {
    if (!closed) {
      closed = true;
      load.end();
      counters.ended.increment();
      shard.execute(this);
    }
  }

  @Override
  public void run() {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("closing {} failed: {}", socket, e.getMessage());
    }
    end(imitation);
    // After close(2), which has taken the descriptor out of epoll: costs no system call any more.
    if (registration != null) {
      registration.cancel();
    }
    shard.runWhenIdle();
  }

  @Override
  public FileDescriptor fd() {
    return socket;
  }

  @Override
  public void close() {
    // Called when the loop ends under a live registration; the shard ends its sessions before that.
  }
}
