package io.tidegate.proxy;

import io.netty.channel.ChannelException;
import io.tidegate.balance.EndpointLoad;
import io.tidegate.balance.Picker;
import io.tidegate.balance.Tried;
import io.tidegate.header.Ends;
import io.tidegate.header.HopHeader;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.EndpointCounters;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.HopOffer;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session's socket to the endpoint that was picked for it. Where the agent on the task's node is
 * asked ({@link UdpHop}), it is open once that one has said where it takes the datagrams.
 */
final class UdpUpstream extends UdpSocket {

  private static final Logger LOG = LoggerFactory.getLogger(UdpUpstream.class);

  private final UdpUpstreams owner;
  final EndpointCounters counters;
  private final EndpointLoad load;

  // Shard loop only. The route as it was looked at last.
  private ServedRoute served;
  private int index;
  // Null where the endpoint is reached from here.
  private @Nullable UdpHop hop;
  private boolean closed;

  private UdpUpstream(
      UdpUpstreams owner, Shard shard, ServedRoute served, int index, ToTask opened) {
    super(shard, opened);
    this.owner = owner;
    this.served = served;
    this.index = index;
    counters = served.countersOf(index);
    load = served.load(index);
    if (introduces(served, index)) {
      Ends ends = owner.client.ends(served.route.port());
      introduction = shard.introductions().of(served, index, ends);
    }
  }

  /**
   * Picks an endpoint and connects to it; one that cannot even be sent to is followed by another.
   *
   * @param tried endpoints not to pick; those that fail are added
   * @return null if there is none left
   */
  static @Nullable UdpUpstream open(
      UdpUpstreams owner, Shard shard, ServedRoute served, Tried tried) {
    for (int i = 0; i < shard.config().connectAttempts(); i++) {
      int index = pick(owner, served, tried);
      if (index == Picker.NONE) {
        return null;
      }
      try {
        return connect(owner, shard, served, index);
      } catch (NotTransparentException e) {
        owner.onNotTransparent();
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
  private static int pick(UdpUpstreams owner, ServedRoute served, Tried tried) {
    int picked = served.pick(tried);
    return picked == Picker.NONE && !served.isNode(owner.client.address())
        ? served.pickDetour(tried)
        : picked;
  }

  private static UdpUpstream connect(UdpUpstreams owner, Shard shard, ServedRoute served, int index)
      throws IOException {
    Endpoint endpoint = endpoint(owner, served, index);
    HopOffer offer = endpoint.reach().hop();
    ToTask opened =
        offer == null
            ? toTask(shard, served, endpoint, owner.client.address())
            // Until its port is known, the agent's address alone: no stranger is heard meanwhile.
            : new ToTask(connected(shard, endpoint.reach(), offer.address()), null);
    try {
      UdpUpstream upstream = new UdpUpstream(owner, shard, served, index, opened);
      if (offer == null) {
        upstream.watch();
      } else {
        upstream.hop = upstream.ask(endpoint, offer);
      }
      upstream.begin();
      return upstream;
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  /** The picked one, with the port that the client's leads to. */
  private static Endpoint endpoint(UdpUpstreams owner, ServedRoute served, int index)
      throws IOException {
    Endpoint first = served.endpoint(index);
    return served.route.isParallel() ? first.shifted(served.shift(owner.client.port)) : first;
  }

  private UdpHop ask(Endpoint endpoint, HopOffer offer) throws IOException {
    Ends ends = owner.client.ends(served.route.port());
    if (ends == null) {
      throw new IOException("the client's address is not known");
    }
    int udpPort = socket.localAddress().getPort();
    HopHeader asked = shard.hops().header(served.route.serviceId(), endpoint, offer, ends, udpPort);
    return UdpHop.begin(shard, this, offer, asked, served.limits.connectTimeout());
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

  /** The way to the same task by a newer table, if there is one and that can be begun; or null. */
  @Nullable UdpUpstream again(ServedRoute next) {
    int found = next.indexOfTask(served.endpoint(index));
    try {
      return found == Picker.NONE ? null : connect(owner, shard, next, found);
    } catch (IOException | ChannelException e) {
      LOG.debug("{}: {}: {}", served.route.port(), served.endpoint(index), e.getMessage());
      return null;
    }
  }

  /** Whether a newer table does not know the endpoint any more, not even as one that drains. */
  boolean isGoneFrom(ServedRoute next) {
    return !follow(next) && !next.has(served.endpoint(index));
  }

  /** Whether a newer table sends nobody to the endpoint, as nothing seems to arrive there. */
  boolean isOutOfReachIn(ServedRoute next) {
    return !follow(next) && next.isOutOfReach(served.endpoint(index));
  }

  /** Whether the endpoint's task is to stop, by a newer table. */
  boolean drainsIn(ServedRoute next) {
    return next.drains(served.endpoint(index));
  }

  /** Marks the endpoint as one that does not answer, where a newer table still has it. */
  void exclude(ServedRoute next, Tried tried) {
    if (follow(next)) {
      tried.add(index);
    }
  }

  /** Sends what another endpoint has left unanswered, if it is still there. */
  void sendAgain(UdpUnanswered unanswered, UdpUnanswered.Place last) {
    byte[] header = introduction;
    if (header == null) {
      unanswered.sendAgain(last, fd);
    } else if (unanswered.has(last)
        && unanswered.sendAgain(last, fd, header, shard.udp().firstDatagram()) > 0) {
      introduction = null;
    }
  }

  // --- by way of the agent on the task's node ---

  /** Whether datagrams can be sent. */
  boolean isOpen() {
    return hop == null || hop.isOpen();
  }

  /** Whether the way is there no more, although nobody says that the task is gone. */
  boolean hasEnded() {
    return hop != null && hop.hasEnded();
  }

  /** The other agent takes the session's datagrams at that port. */
  void open(InetSocketAddress agent) throws IOException {
    socket.connect(agent);
    owner.family.batch.discard(fd);
    watch();
    owner.onOpen();
  }

  /** The other agent has not taken the session. */
  void onNotTaken(IOException why) {
    switch (why) {
      case NotTransparentException _ -> owner.onNotTaken(ConnectionResult.NOT_TRANSPARENT);
      case NotTakenException _ -> owner.onNotTaken(ConnectionResult.REFUSED);
      default -> {
        counters.connectFailures.increment();
        owner.onNotTaken(ConnectionResult.REFUSED);
      }
    }
  }

  /** The other agent has not answered. */
  void onSilent() {
    counters.connectFailures.increment();
    owner.onNotTaken(ConnectionResult.TIMEOUT);
  }

  /** The other agent says that the task is gone. */
  void onTaskGone() {
    owner.onUpstreamGone();
  }

  /** The other agent's end of the session is over, whatever the reason. */
  void onEnded() {
    owner.onUpstreamEnded();
  }

  void onBroken(RuntimeException e) {
    owner.breakOff(e);
  }

  void abandon() {
    owner.abandon();
  }

  // --- the end ---

  @Override
  void onReadable() {
    owner.receive();
  }

  /** Ends it; the descriptor goes when no event of the running batch can be meant for it. */
  void retire() {
    if (!closed) {
      closed = true;
      load.end();
      counters.ended.increment();
      if (hop != null) {
        hop.end();
      }
      closeLater();
    }
  }
}
