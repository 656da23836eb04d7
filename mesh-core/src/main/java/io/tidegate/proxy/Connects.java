package io.tidegate.proxy;

import io.netty.buffer.ByteBuf;
import io.tidegate.balance.Picker;
import io.tidegate.balance.Tried;
import io.tidegate.header.Ends;
import io.tidegate.kernel.Errno;
import io.tidegate.kernel.SockAddr;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.HopOffer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connects of one dial: the one at hand, and those that were silent for so long that it has
 * joined them. Each begins and ends in the load of its endpoint exactly once, and its descriptor
 * either becomes the relay's or is closed. A part of the dial rather than an object beside it:
 * there is one per client, and mostly one connect.
 */
abstract class Connects extends Timer implements RelayHalf.Owner {

  private static final Logger LOG = LoggerFactory.getLogger(Connects.class);

  // Shared, and never added to.
  private static final Tried NOTHING = new Tried();

  /** A connect that another one has joined. */
  private record Rival(int index, RelayHalf half) {}

  final Shard shard;
  // The route as it was when the dial began: indices stay true whatever tables arrive.
  final ServedRoute served;
  // Of the client's connection; null where nobody asks, and where they cannot be told any more.
  final @Nullable Ends ends;
  // Its own once anything was tried in vain, which mostly nothing is.
  Tried tried = NOTHING;
  ConnectionResult failure = ConnectionResult.NO_ENDPOINT;
  // What the client has said already, as far as it was not sent yet.
  @Nullable ByteBuf firstBytes;
  // Of a virtual address: a task was there and does not listen at the port, nor ever has.
  boolean isPortClosed;
  // Of a range: what the client asked for, once a connect has begun.
  private int asked;

  // The one at hand: counted in the load of its endpoint unless there is none.
  int index = Picker.NONE;
  private @Nullable RelayHalf upstream;
  // In the order in which they began.
  private List<Rival> rivals = List.of();

  Connects(Shard shard, ServedRoute served, @Nullable Ends ends) {
    this.shard = shard;
    this.served = served;
    this.ends = ends;
  }

  // --- beginning ---

  /**
   * Begins to connect to the endpoint of the index.
   *
   * @return whether it is connected already
   * @throws IOException if it failed at once; {@link #isOpen} tells whether there was a socket
   */
  final boolean connect() throws IOException {
    served.load(index).begin();
    if (served.route.isParallel()) {
      asked = askedPort();
      return connectParallel(served.endpoint(index).shifted(served.shift(asked)));
    }
    Endpoint endpoint = served.endpoint(index);
    HopOffer hop = endpoint.reach().hop();
    return hop == null ? connect(endpoint, served.address(index)) : pass(endpoint, hop);
  }

  private boolean connectParallel(Endpoint endpoint) throws IOException {
    HopOffer hop = endpoint.reach().hop();
    if (hop != null) {
      return pass(endpoint, hop);
    }
    try (Arena arena = Arena.ofConfined()) {
      return connect(endpoint, new SockAddr(Objects.requireNonNull(endpoint.address()), arena));
    }
  }

  /** Which port of a range the client asks for. */
  abstract int askedPort() throws IOException;

  private boolean connect(Endpoint endpoint, SockAddr address) throws IOException {
    if (served.isTransparent) {
      Imitation.Begun begun =
          Imitation.connect(shard, served, endpoint, address, ends(), firstBytes != null);
      if (begun != null) {
        return connect(begun);
      }
    }
    RelayHalf half =
        new RelayHalf(
            shard.openSocket(endpoint.reach().namespace(), address.isIpv6()), this, false);
    upstream = half;
    if (firstBytes != null || introduces()) {
      half.socket.acknowledgeWithData();
    }
    boolean connected = half.socket.connect(address) || sendFirstBytes(half);
    half.register(shard, connected);
    return connected;
  }

  /** Goes on with a socket that has the client's own address. */
  private boolean connect(Imitation.Begun begun) throws IOException {
    RelayHalf half = new ImitatingHalf(begun.socket(), this, shard.counters().imitations);
    upstream = half;
    boolean connected = begun.isConnected() || sendFirstBytes(half);
    half.register(shard, connected);
    return connected;
  }

  /** Has the agent of the task's node connect. */
  private boolean pass(Endpoint endpoint, HopOffer hop) throws IOException {
    HopHalf half = shard.hops().take(hop, this);
    upstream = half;
    half.ask(shard.hops().header(served.route.serviceId(), endpoint, hop, ends()));
    return false;
  }

  /** What the task, or another agent, is told of the client's connection; null if unknown. */
  @Nullable Ends ends() {
    return ends;
  }

  /** Whether a header goes first at the connect at hand. */
  final boolean introduces() {
    return served.introducesTo(index) && !(upstream instanceof ImitatingHalf);
  }

  /**
   * Sends at once, although the connection is still being set up: where the task is on this node it
   * is there already. Whether anything was sent. Where a header goes first, it all waits until the
   * endpoint is chosen: the header depends on it.
   */
  private boolean sendFirstBytes(RelayHalf half) throws IOException {
    if (firstBytes == null || introduces()) {
      return false;
    }
    FirstBytes.send(firstBytes, half.socket);
    return FirstBytes.areSent(firstBytes);
  }

  /** Leaves the connect at hand going on, so that another one can join it. */
  final void setAside() {
    if (upstream != null) {
      if (rivals.isEmpty()) {
        rivals = new ArrayList<>(2);
      }
      rivals.add(new Rival(index, upstream));
      markTried();
      upstream = null;
      index = Picker.NONE;
    }
  }

  // --- who is under way ---

  /** Whether the connect at hand has a socket. */
  final boolean isOpen() {
    return upstream != null;
  }

  /** How many go on beside the one at hand. */
  final int rivals() {
    return rivals.size();
  }

  /** Whether a half belongs to one of them. */
  final boolean isUnderWay(RelayHalf half) {
    return half.equals(upstream) || placeOf(half) >= 0;
  }

  private int placeOf(RelayHalf half) {
    for (int place = 0; place < rivals.size(); place++) {
      if (rivals.get(place).half.equals(half)) {
        return place;
      }
    }
    return -1;
  }

  /**
   * Makes a connect that is under way the one at hand.
   *
   * @return how many of those that go on beside it began before
   */
  final int takeUp(RelayHalf half) {
    if (half.equals(upstream)) {
      return rivals.size();
    }
    int place = placeOf(half);
    takeUp(place);
    return place;
  }

  private void takeUp(int place) {
    Rival taken = rivals.remove(place);
    setAside();
    index = taken.index;
    upstream = taken.half;
  }

  // --- ending ---

  /** The connect at hand was answered. */
  final void countAnswer() {
    served.counters.connections(ConnectionResult.OK).increment();
    served.health.onAnswered(index);
    served.remember(asked);
  }

  /** Takes the socket of the connect at hand, which goes on in the load of its endpoint. */
  final RelayHalf win() {
    RelayHalf half = Objects.requireNonNull(upstream);
    upstream = null;
    return half;
  }

  /** Ends the connect at hand, which has failed. */
  final void fail(IOException e) {
    switch (e) {
      // No fault of the endpoint's; another one may be on a node that can do it.
      case NotTransparentException _ -> end(ConnectionResult.NOT_TRANSPARENT);
      case NotTakenException _ -> end(ConnectionResult.REFUSED);
      default -> {
        served.health.onFailed(index, e);
        isPortClosed |= served.isClosed(asked) && Errno.isRefused(e);
        fail(ConnectionResult.REFUSED, e.getMessage());
      }
    }
  }

  private void fail(ConnectionResult result, @Nullable String why) {
    countFailure(index, why);
    end(result);
  }

  private void end(ConnectionResult result) {
    failure = result;
    markTried();
    leave();
    shard.clock().stop(this);
  }

  private void markTried() {
    if (tried.isEmpty()) {
      tried = new Tried();
    }
    if (!tried.contains(index)) {
      tried.add(index);
    }
  }

  /** Ends all of them, one after the other: none was answered in time. */
  final void failAllSilent() {
    while (upstream != null || !rivals.isEmpty()) {
      if (upstream == null) {
        takeUp(0);
      }
      served.health.onSilent(index);
      fail(ConnectionResult.TIMEOUT, "no answer in time");
    }
  }

  /** Ends the connect at hand, which nobody is to blame for. */
  final void leave() {
    if (index != Picker.NONE) {
      served.load(index).end();
      index = Picker.NONE;
    }
    if (upstream != null) {
      shard.retire(upstream);
      upstream = null;
    }
  }

  /**
   * Ends those beside the one at hand.
   *
   * @param outrun how many of them, from the first, have failed: one that began later was answered
   */
  final void leaveRivals(int outrun) {
    for (int i = 0; i < rivals.size(); i++) {
      Rival rival = rivals.get(i);
      served.load(rival.index).end();
      shard.retire(rival.half);
      if (i < outrun) {
        served.health.onSilent(rival.index);
        countFailure(rival.index, "outrun by another");
      }
    }
    rivals = List.of();
  }

  private void countFailure(int which, @Nullable String why) {
    served.countersOf(which).connectFailures.increment();
    if (LOG.isDebugEnabled()) {
      Endpoint endpoint = served.endpoint(which);
      LOG.debug(
          "{}: {} at {}: {}", served.route.port(), endpoint.taskName(), endpoint.address(), why);
    }
  }
}
