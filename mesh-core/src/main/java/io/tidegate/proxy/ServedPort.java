package io.tidegate.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.unix.Socket;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A published port on one shard from its first table to its last: binds, and tries again while it
 * cannot.
 */
final class ServedPort {

  private static final Logger LOG = LoggerFactory.getLogger(ServedPort.class);

  private static final String NOT_BOUND = "not bound yet";
  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);

  private final Shard shard;
  private final Inheritance.Share inheritance;

  // Shard loop only.
  private ServedRoute served;
  // One, but for what was inherited of a process with more shards.
  private List<Listener> listeners = List.of();
  private Duration retry = FIRST_RETRY;
  private Placement placement;
  // Grows with each placement: what was to be tried again at the last one is not.
  private int placements;
  private boolean closed;
  // Made for the first client that is parked.
  private @Nullable ParkingLot parkingLot;

  // Read by whoever asks for the status. Null once bound.
  private volatile @Nullable String error = NOT_BOUND;
  private volatile boolean isTakenOver;

  ServedPort(Shard shard, Inheritance.Share inheritance, ServedRoute served, Placement placement) {
    this.shard = shard;
    this.inheritance = inheritance;
    this.served = served;
    this.placement = placement;
    isTakenOver = placement instanceof Placement.Inside;
  }

  /** Why the port is not bound, in the system's words, or null when it is. For any thread. */
  @Nullable String error() {
    return error;
  }

  /** Whether the port is served where Docker brings its clients. For any thread. */
  boolean isTakenOver() {
    return isTakenOver;
  }

  ServedRoute served() {
    return served;
  }

  void serve(ServedRoute next) {
    served = next;
    listeners.forEach(listener -> listener.serve(next));
    if (parkingLot != null) {
      parkingLot.serve(next);
    }
  }

  /** Where clients wait that nobody takes. */
  ParkingLot parkingLot() {
    if (parkingLot == null) {
      parkingLot = new ParkingLot(shard, served);
    }
    return parkingLot;
  }

  void bind() {
    if (closed) {
      return;
    }
    switch (placement) {
      case Placement.Nowhere(String why) -> error = why;
      case Placement.Inside _ when isTcp() -> error = null;
      case Placement.Inside _, Placement.Host _ -> bindOrInherit();
    }
  }

  private boolean isTcp() {
    return served.route.port().protocol() == Protocol.TCP;
  }

  private void bindOrInherit() {
    int current = placements;
    if (inheritance.defer(() -> shard.execute(() -> bindAgain(current)))) {
      return;
    }
    try {
      listeners = adoptAll();
      if (listeners.isEmpty()) {
        listeners = List.of(listenOn(open()));
      }
      error = null;
    } catch (IOException e) {
      bindLater(Errno.text(e));
    } catch (ChannelException e) {
      bindLater(String.valueOf(e.getMessage()));
    }
  }

  /** Tries again what was deferred, unless the port has been placed elsewhere since. */
  private void bindAgain(int placementThen) {
    if (placementThen == placements) {
      bind();
    }
  }

  /** Serves the port elsewhere, if that is not where it is. Relays go on. */
  void place(Placement next) {
    if (next.equals(placement) || closed) {
      return;
    }
    List<Listener> before = listeners;
    listeners = List.of();
    placement = next;
    placements++;
    isTakenOver = next instanceof Placement.Inside;
    error = NOT_BOUND;
    retry = FIRST_RETRY;
    before.forEach(Listener::stop);
    bind();
  }

  private Socket open() throws IOException {
    PublishedPort port = served.route.port();
    return placement instanceof Placement.Inside(Foothold foothold)
        ? BoundSocket.open(shard, port, foothold)
        : BoundSocket.open(shard, port);
  }

  private InetSocketAddress address() throws IOException {
    int number = served.route.port().number();
    return placement instanceof Placement.Inside(Foothold foothold)
        ? new InetSocketAddress(foothold.address(), number)
        : BindAddress.of(shard.config().bindAddress(), number);
  }

  private List<Listener> adoptAll() {
    List<Listener> adopted = new ArrayList<>();
    for (PassedSocket passed : inheritance.claim(served.route.port())) {
      try {
        adopted.add(listenOn(BoundSocket.adopt(shard, passed, address())));
      } catch (IOException e) {
        LOG.warn("{}: cannot go on with a socket: {}", passed.port(), e.getMessage());
      }
    }
    return adopted;
  }

  private Listener listenOn(Socket socket) throws IOException {
    return switch (served.route.port().protocol()) {
      case TCP -> TcpListener.on(socket, shard, served);
      case UDP -> UdpListener.on(socket, shard, served);
    };
  }

  /** Adds second descriptors of all that is bound here. */
  void lend(List<PassedSocket> lent) {
    for (Listener listener : listeners) {
      try {
        lent.add(new PassedSocket(served.route.port(), listener.lend()));
      } catch (IOException e) {
        LOG.warn("{}: cannot be handed over: {}", served.route.port(), e.getMessage());
      }
    }
  }

  void takeBack() {
    listeners.forEach(Listener::takeBack);
  }

  private void bindLater(String why) {
    shard.counters().of(ShardCounter.BIND_FAILURES).increment();
    if (!why.equals(error)) {
      LOG.warn("{}: cannot listen: {}; trying again", served.route.port(), why);
    }
    error = why;
    int current = placements;
    shard.schedule(() -> bindAgain(current), retry);
    retry =
        retry.multipliedBy(2).compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : retry.multipliedBy(2);
  }

  /** Takes no new clients any more, and drops those that wait; relays go on. */
  void close() {
    stopListening();
    if (parkingLot != null) {
      parkingLot.close();
    }
  }

  /** Takes no new clients any more; those that wait go on waiting, and relays go on. */
  void stopListening() {
    closed = true;
    listeners.forEach(Listener::stop);
    listeners = List.of();
    error = "closed";
  }
}
