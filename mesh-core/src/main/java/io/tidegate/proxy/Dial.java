package io.tidegate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.epoll.LinuxSocket;
import io.tidegate.balance.Picker;
import io.tidegate.balance.Tried;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.ParkingEnd;
import io.tidegate.routing.Endpoint;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From an accepted client to a relay: picks an endpoint, connects, and on failure tries a different
 * one. What the client says first is read at once and goes along with the handshake; once any of it
 * was sent the endpoint is chosen for good, so no byte can reach two tasks. A client that nobody
 * takes is parked where it may, and dialled anew from there.
 */
final class Dial extends Timer implements RelayHalf.Owner {

  private static final Logger LOG = LoggerFactory.getLogger(Dial.class);

  private static final int DETOUR_ATTEMPTS = 2;
  private static final int HASTE = 4;

  private final Shard shard;
  // The route as it was when the client came: indices in tried stay true whatever tables arrive.
  private final ServedRoute served;
  private final RelayHalf downstream;
  private final long acceptedNanos;
  private final Tried tried = new Tried();

  private int attempts;
  private ConnectionResult failure = ConnectionResult.NO_ENDPOINT;
  private int index = Picker.NONE;
  private @Nullable RelayHalf upstream;
  // What the client has said already, as far as it was not sent yet.
  private @Nullable ByteBuf firstBytes;
  // Where the client waits between its dials; null for one that was never parked.
  private @Nullable Parked parked;
  private boolean starving;

  private Dial(Shard shard, ServedRoute served, TcpSocket client, long acceptedNanos) {
    this.shard = shard;
    this.served = served;
    downstream = new RelayHalf(client, this, true);
    this.acceptedNanos = acceptedNanos;
  }

  private Dial(Shard shard, ServedRoute served, Parked parked) {
    this.shard = shard;
    this.served = served;
    this.parked = parked;
    downstream = parked.client;
    downstream.handOver(this);
    acceptedNanos = parked.acceptedNanos;
  }

  static void begin(Shard shard, ServedRoute served, TcpSocket client) {
    shard.admission().clientCame();
    Dial dial = new Dial(shard, served, client, shard.clock().nanoTime());
    if (!served.limits.enter()) {
      dial.refuse(ConnectionResult.LIMIT);
      return;
    }
    dial.listenAndTry();
  }

  /**
   * Begins anew for a client that has waited.
   *
   * @param counting those that count the client until now
   * @param said what it has said, none of which was sent yet
   */
  static void again(
      Shard shard,
      ServedRoute served,
      RouteLimits counting,
      Parked parked,
      @Nullable ByteBuf said) {
    Dial dial = new Dial(shard, served, parked);
    dial.firstBytes = said;
    if (served.limits.enterFrom(counting)) {
      dial.listenAndTry();
    } else {
      dial.refuse(ConnectionResult.LIMIT);
    }
  }

  /** Most clients speak first, and mostly have by the time they are accepted. */
  private void listenAndTry() {
    try {
      if (firstBytes == null) {
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
      if (attempts++ > 0) {
        served.counters.connectRetries.increment();
      }
      served.load(index).begin();
      try {
        connect();
        return;
      } catch (IOException e) {
        if (upstream == null && Errno.isExhausted(e)) {
          waitForDescriptors();
          return;
        }
        served.health.onFailed(index, e);
        failed(ConnectionResult.REFUSED, e.getMessage());
      }
    }
    park();
  }

  /** Nobody takes the client now, which may pass. */
  private void park() {
    ParkingLot lot = shard.parkingLot(served.route.port());
    if (parked == null && lot != null && !FirstBytes.areSent(firstBytes)) {
      parked = lot.park(served, downstream, acceptedNanos);
    }
    if (parked == null || FirstBytes.areSent(firstBytes)) {
      giveUp();
      return;
    }
    ByteBuf said = firstBytes;
    firstBytes = null;
    parked.await(failure, said);
  }

  /**
   * No fault of the endpoint's, and it passes: until then the client waits here as others do in the
   * accept queue, to which this shard leaves them meanwhile.
   */
  private void waitForDescriptors() {
    attempts--;
    served.load(index).end();
    starving = true;
    shard.admission().dialStarves();
    shard.clock().start(TcpListener.ACCEPT_PAUSE, this);
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
        && !served.isNode(LinuxSocket.newSocket(downstream.socket.intValue()).remoteAddress());
  }

  private void connect() throws IOException {
    SockAddr address = served.address(index);
    RelayHalf half = new RelayHalf(open(address.isIpv6()), this, false);
    upstream = half;
    if (firstBytes != null) {
      half.socket.acknowledgeWithData();
    }
    boolean connected = half.socket.connect(address) || sendFirstBytes(half);
    half.register(shard, connected);
    shard.clock().start(patience(), this);
    if (connected) {
      connected(half);
    }
  }

  /**
   * Sends at once, although the connection is still being set up: where the task is on this node it
   * is there already. Whether anything was sent.
   */
  private boolean sendFirstBytes(RelayHalf half) throws IOException {
    if (firstBytes == null) {
      return false;
    }
    FirstBytes.send(firstBytes, half.socket);
    return FirstBytes.areSent(firstBytes);
  }

  /**
   * As long as there is somewhere else to turn to, an endpoint that keeps silent is not worth the
   * whole timeout.
   */
  private Duration patience() {
    Duration whole = served.limits.connectTimeout();
    int most = shard.config().connectAttempts() + (served.hasDetours() ? DETOUR_ATTEMPTS : 0);
    boolean isLast = attempts >= Math.min(most, served.dialableCount());
    return isLast ? whole : whole.dividedBy(HASTE);
  }

  private TcpSocket open(boolean ipv6) throws IOException {
    String namespace = served.endpoint(index).reach().namespace();
    return namespace == null
        ? TcpSocket.open(ipv6)
        : new TcpSocket(shard.upstreamSockets().openStream(namespace, ipv6));
  }

  @Override
  public void onReady(RelayHalf half) {
    if (half != upstream || !half.isWritable()) {
      return;
    }
    try {
      if (half.hasFailed()) {
        half.socket.checkConnected();
      }
      connected(half);
    } catch (IOException e) {
      served.health.onFailed(index, e);
      failed(ConnectionResult.REFUSED, e.getMessage());
      tryNext();
    }
  }

  @Override
  void onExpired(long nowNanos) {
    if (starving) {
      starving = false;
      shard.admission().dialStarvesNoMore();
    } else {
      served.health.onSilent(index);
      failed(ConnectionResult.TIMEOUT, "no answer in time");
    }
    tryNext();
  }

  @Override
  public void onBroken(RuntimeException e) {
    LOG.warn("{}: dial broke off", served.route.port(), e);
    failed(ConnectionResult.REFUSED, e.toString());
    giveUp();
  }

  private void connected(RelayHalf half) {
    upstream = null;
    served.counters.connections(ConnectionResult.OK).increment();
    served.health.onAnswered(index);
    if (served.isDetour(index)) {
      served.counters.detours.increment();
    }
    served.counters.connect.recordNanos(shard.clock().nanoTime() - acceptedNanos);
    if (parked != null) {
      parked.ended(ParkingEnd.RELEASED);
    }
    Relay relay = new Relay(shard, served, index, downstream, half, acceptedNanos);
    ByteBuf first = firstBytes;
    firstBytes = null;
    shard.clock().stop(this);
    relay.begin(first);
  }

  private void failed(ConnectionResult result, @Nullable String why) {
    failure = result;
    tried.add(index);
    leaveUpstream();
    served.countersOf(index).connectFailures.increment();
    logFailure(why);
    shard.clock().stop(this);
  }

  private void leaveUpstream() {
    served.load(index).end();
    if (upstream != null) {
      shard.retire(upstream);
      upstream = null;
    }
  }

  private void logFailure(@Nullable String why) {
    if (LOG.isDebugEnabled()) {
      Endpoint endpoint = served.endpoint(index);
      LOG.debug(
          "{}: {} at {}: {}", served.route.port(), endpoint.taskName(), endpoint.address(), why);
    }
  }

  private void giveUp() {
    served.limits.leave();
    refuse(failure);
  }

  private void refuse(ConnectionResult result) {
    if (parked != null) {
      boolean isGone = result == ConnectionResult.CLIENT_GONE;
      parked.ended(isGone ? ParkingEnd.LEFT : ParkingEnd.DROPPED);
    }
    served.counters.connections(result).increment();
    shard.turnAway(downstream, firstBytes);
    firstBytes = null;
  }

  @Override
  void abandon() {
    if (!starving) {
      leaveUpstream();
    }
    giveUp();
  }
}
