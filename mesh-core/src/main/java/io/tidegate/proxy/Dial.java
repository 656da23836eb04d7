package io.tidegate.proxy;

import io.netty.buffer.ByteBuf;
import io.tidegate.balance.Picker;
import io.tidegate.header.Ends;
import io.tidegate.kernel.Errno;
import io.tidegate.kernel.Libc;
import io.tidegate.kernel.TcpSocket;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.ParkingEnd;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From an accepted client to a relay: picks an endpoint, connects, and on failure tries a different
 * one. A connect that keeps silent is joined by one to another endpoint, and the first that is
 * answered wins. What the client says first is read at once and goes along with the handshake; once
 * any of it was sent the endpoint is chosen for good, so no byte can reach two tasks. A client that
 * nobody takes is parked where it may be, and dialled anew from there.
 */
final class Dial extends Connects {

  private static final Logger LOG = LoggerFactory.getLogger(Dial.class);

  private static final int DETOUR_ATTEMPTS = 2;

  private final RelayHalf downstream;
  private final long acceptedNanos;
  private final Ticket ticket;

  private byte attempts;
  private boolean starving;
  // When the timer rings: early, for a hedge to be paid for; or late, with nothing more to try.
  private boolean hasty;
  private boolean last;
  // Where the client waits between its dials; null for one that was never parked.
  private @Nullable Parked parked;

  private Dial(
      Shard shard,
      ServedRoute served,
      TcpSocket client,
      @Nullable Ends ends,
      long acceptedNanos,
      Ticket ticket) {
    super(shard, served, ends);
    downstream = new RelayHalf(client, this, true);
    this.acceptedNanos = acceptedNanos;
    this.ticket = ticket;
  }

  private Dial(
      Shard shard,
      ServedRoute served,
      RelayHalf client,
      @Nullable Ends ends,
      long acceptedNanos,
      Ticket ticket) {
    super(shard, served, ends);
    downstream = client;
    downstream.handOver(this);
    this.acceptedNanos = acceptedNanos;
    this.ticket = ticket;
  }

  /**
   * Begins for a client that was just accepted.
   *
   * @param network the first 64 bits of the address that it comes from: {@link SourceAddress}
   * @param host the other 64
   * @param ends of its connection; null where nobody asks
   */
  static void begin(
      Shard shard,
      ServedRoute served,
      TcpSocket client,
      long network,
      long host,
      @Nullable Ends ends) {
    shard.admission().clientCame();
    long nowNanos = shard.clock().nanoTime();
    Ticket ticket = Entrance.admit(served, client, ends, network, host, nowNanos);
    new Dial(shard, served, client, ends, nowNanos, ticket).begin();
  }

  /** The same for one that has arrived, has told its ends unless they are null, and said this. */
  static void begin(
      Shard shard,
      ServedRoute served,
      RelayHalf client,
      @Nullable Ends ends,
      @Nullable ByteBuf said) {
    long nowNanos = shard.clock().nanoTime();
    Ticket ticket = Entrance.admit(served, client.socket, ends, nowNanos);
    Dial dial = new Dial(shard, served, client, ends, nowNanos, ticket);
    dial.firstBytes = said;
    dial.begin();
  }

  /** Begins anew for a client that was parked, counted by others so far, and has said this. */
  static void again(
      Shard shard, ServedRoute served, Ticket held, Parked parked, @Nullable ByteBuf said) {
    long nowNanos = shard.clock().nanoTime();
    RelayHalf client = parked.client;
    Ends ends = endsOf(parked, served);
    Ticket ticket = Entrance.admitAgain(served, held, client.socket, ends, nowNanos);
    Dial dial = new Dial(shard, served, client, ends, parked.acceptedNanos, ticket);
    dial.parked = parked;
    dial.firstBytes = said;
    dial.begin();
  }

  /** Nobody may have asked for them when it was accepted. */
  private static @Nullable Ends endsOf(Parked parked, ServedRoute served) {
    boolean isAsked = served.route.policy().clientAddress().isAsked();
    return parked.ends == null && isAsked ? Ends.of(parked.client.socket) : parked.ends;
  }

  private void begin() {
    if (ticket.refusal() != null) {
      refuse(ticket.refusal());
      return;
    }
    try {
      if (firstBytes == null) {
        // Most clients speak first, and mostly have by the time they are accepted.
        firstBytes = FirstBytes.read(shard, downstream);
      }
    } catch (IOException e) {
      failure = ConnectionResult.CLIENT_GONE;
      giveUp();
      return;
    }
    tryNext();
  }

  private void tryNext() {
    for (index = next(); index != Picker.NONE; index = next()) {
      countAttempt();
      try {
        boolean connected = connect();
        shard.clock().start(patienceNanos(), this);
        if (connected) {
          connected(rivals());
        }
        return;
      } catch (IOException e) {
        if (!isOpen() && Errno.isExhausted(e)) {
          onExhausted();
          return;
        }
        fail(e);
      }
    }
    if (rivals() == 0) {
      park();
    } else {
      awaitRivals();
    }
  }

  private void countAttempt() {
    if (attempts++ > 0) {
      served.counters.connectRetries.increment();
    }
    if (rivals() > 0) {
      served.counters.hedges.increment();
    }
  }

  private int next() {
    if (FirstBytes.areSent(firstBytes)) {
      return Picker.NONE;
    }
    int picked = mayTryEndpoints() ? served.pick(tried) : Picker.NONE;
    return picked == Picker.NONE && mayTryDetours() ? served.pickDetour(tried) : picked;
  }

  private boolean mayTryEndpoints() {
    return attempts < shard.config().connectAttempts();
  }

  /**
   * A client that is a node has made a detour itself: sent on, it could go round in circles for
   * ever.
   */
  private boolean mayTryDetours() {
    return attempts < shard.config().connectAttempts() + DETOUR_ATTEMPTS
        && served.detoursHelp()
        && !Entrance.isNode(served, downstream.socket, ends);
  }

  /**
   * No fault of the endpoint's, and it passes: until then the client waits here as others do in the
   * accept queue, to which this shard leaves them meanwhile.
   */
  private void onExhausted() {
    attempts--;
    leave();
    if (rivals() > 0) {
      awaitRivals();
      return;
    }
    starving = true;
    shard.admission().dialStarves();
    shard.clock().start(Acceptor.PAUSE, this);
  }

  /**
   * While there is another endpoint, silence is not worth more than what is slow for the route;
   * where there is only a detour, a part of the timeout; where there is nothing, all of it.
   */
  private long patienceNanos() {
    int most = shard.config().connectAttempts() + (served.hasDetours() ? DETOUR_ATTEMPTS : 0);
    last = attempts >= Math.min(most, served.dialableCount());
    if (last) {
      return served.limits.connectTimeout().toNanos();
    }
    boolean isAnyEndpointLeft = mayTryEndpoints() && attempts < served.route.endpoints().size();
    long delayNanos = served.limits.hedging().delayNanos();
    hasty = isAnyEndpointLeft && delayNanos < served.limits.silenceNanos();
    return hasty ? delayNanos : served.limits.silenceNanos();
  }

  @Override
  void onExpired(long nowNanos) {
    if (starving) {
      starving = false;
      shard.admission().dialStarvesNoMore();
      tryNext();
    } else if (last) {
      failAllSilent();
      tryNext();
    } else if (mayHedge(nowNanos)) {
      setAside();
      tryNext();
    } else {
      hasty = false;
      long restNanos = served.limits.silenceNanos() - served.limits.hedging().delayNanos();
      shard.clock().start(Math.max(restNanos, 0), this);
    }
  }

  private boolean mayHedge(long nowNanos) {
    long connections = served.counters.connections(ConnectionResult.OK).get();
    if (!hasty || served.limits.hedging().pay(connections, nowNanos)) {
      return true;
    }
    served.counters.hedgesDenied.increment();
    return false;
  }

  /** There is nothing more to try, but somebody may still answer. */
  private void awaitRivals() {
    last = true;
    shard.clock().start(served.limits.connectTimeout(), this);
  }

  @Override
  public void onReady(RelayHalf half) {
    if (!half.isWritable() || !isUnderWay(half) || half.isArriving()) {
      return;
    }
    int earlier = takeUp(half);
    try {
      half.checkArrived();
      connected(earlier);
    } catch (IOException e) {
      fail(e);
      tryNext();
    }
  }

  /**
   * The connect at hand is answered.
   *
   * @param earlier how many that go on beside it began before
   */
  private void connected(int earlier) {
    int headerBytes;
    try {
      headerBytes = introduce();
    } catch (IOException e) {
      failure = ConnectionResult.CLIENT_GONE;
      abandon();
      return;
    }
    RelayHalf upstream = win();
    long tookNanos = shard.clock().nanoTime() - acceptedNanos;
    if (earlier > 0) {
      served.counters.hedgesWon.increment();
    } else if (parked == null && attempts == rivals() + 1) {
      served.limits.hedging().onAnswer(tookNanos);
    }
    leaveRivals(earlier);
    countAnswer();
    if (served.isDetour(index)) {
      served.counters.detours.increment();
    }
    served.counters.connect.recordNanos(tookNanos);
    if (parked != null) {
      parked.ended(ParkingEnd.RELEASED);
    }
    Relay relay = new Relay(shard, served, index, downstream, upstream, acceptedNanos, ticket);
    ByteBuf first = firstBytes;
    firstBytes = null;
    // What the client has to say has mostly arrived by now.
    downstream.readable |= first == null;
    shard.clock().stop(this);
    relay.begin(first, headerBytes);
  }

  /**
   * Puts a header before what the client has said, if the endpoint at hand is to get one, so that
   * both leave together.
   *
   * @return the header's length, or 0
   * @throws IOException if the client has reset its connection
   */
  private int introduce() throws IOException {
    if (!introduces()) {
      return 0;
    }
    if (firstBytes == null) {
      firstBytes = FirstBytes.read(shard, downstream);
    }
    byte[] header = shard.introductions().of(served, index, ends);
    firstBytes = shard.keepBehind(header, firstBytes);
    return header.length;
  }

  @Override
  int askedPort() throws IOException {
    int port = Libc.localPort(downstream.socket.intValue());
    if (port <= 0) {
      throw new IOException("the port that the client asks for is not known");
    }
    return port;
  }

  @Override
  @Nullable Ends ends() {
    return ends == null ? Ends.of(downstream.socket) : ends;
  }

  /** Nobody takes the client now, which may pass. */
  private void park() {
    // Who is refused for its address, or by the task itself, will be in a moment, too.
    boolean isSpent =
        FirstBytes.areSent(firstBytes)
            || failure == ConnectionResult.NOT_TRANSPARENT
            || isPortClosed;
    ParkingLot lot = shard.parkingLot(served);
    if (parked == null && lot != null && !isSpent) {
      parked = lot.park(served, downstream, ends, acceptedNanos);
    }
    if (parked == null || isSpent) {
      giveUp();
      return;
    }
    ByteBuf said = firstBytes;
    firstBytes = null;
    parked.await(failure, said, ticket);
  }

  @Override
  public void onBroken(RuntimeException e) {
    LOG.warn("{}: dial broke off", served.route.port(), e);
    failure = ConnectionResult.REFUSED;
    abandon();
  }

  @Override
  void abandon() {
    shard.clock().stop(this);
    leave();
    leaveRivals(0);
    giveUp();
  }

  private void giveUp() {
    ticket.leave();
    refuse(failure);
  }

  private void refuse(ConnectionResult result) {
    if (parked != null) {
      parked.ended(result == ConnectionResult.CLIENT_GONE ? ParkingEnd.LEFT : ParkingEnd.DROPPED);
    }
    served.counters.connections(result).increment();
    shard.turnAway(downstream, firstBytes);
    firstBytes = null;
  }
}
