package io.tidegate.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.unix.Socket;
import io.tidegate.kernel.Errno;
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
  // Where the route says by itself where it is bound, what this node has of that.
  private @Nullable Places places;
  // One for each address, but for what was inherited of a process with more shards.
  private List<Bound> bound = List.of();
  private Duration retry = FIRST_RETRY;
  private boolean isRetrying;
  private Placement placement;
  // Where the port is taken over: datagrams come through a socket that it shares with others.
  private @Nullable UdpClients taken;
  private boolean closed;
  // Made for the first client that is parked.
  private @Nullable ParkingLot parkingLot;

  // Read by whoever asks for the status. Null once bound.
  private volatile @Nullable String error = NOT_BOUND;
  private volatile boolean isTakenOver;
  private volatile boolean placeless;
  private volatile List<InetSocketAddress> addresses = List.of();

  /** A listener and where it is bound. */
  private record Bound(InetSocketAddress address, Listener listener) {}

  ServedPort(
      Shard shard,
      Inheritance.Share inheritance,
      ServedRoute served,
      Placement placement,
      @Nullable Places places) {
    this.shard = shard;
    this.inheritance = inheritance;
    this.served = served;
    this.placement = placement;
    this.places = places;
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

  /** Whether this node has nothing of the places where the port is to be bound. For any thread. */
  boolean isPlaceless() {
    return placeless;
  }

  /** Where the port is bound. For any thread. */
  List<InetSocketAddress> addresses() {
    return addresses;
  }

  ServedRoute served() {
    return served;
  }

  /**
   * The route has changed.
   *
   * @param nextPlaces what this node has of the places where it is bound now, or null where they
   *     are the same as before, or the agent's own
   */
  void serve(ServedRoute next, @Nullable Places nextPlaces) {
    boolean isMoved = !served.route.policy().bind().equals(next.route.policy().bind());
    served = next;
    bound.forEach(each -> each.listener.serve(next));
    if (taken != null) {
      taken.serve(next);
    }
    if (parkingLot != null) {
      parkingLot.serve(next);
    }
    if (isMoved) {
      places = nextPlaces;
      bind();
    }
  }

  /** What this node has of the places where the port is bound may have changed. */
  void follow(Places now) {
    if (now.bind().equals(served.route.policy().bind())) {
      places = now;
      bind();
    }
  }

  /** Where clients wait that nobody takes. */
  ParkingLot parkingLot() {
    if (parkingLot == null) {
      parkingLot = new ParkingLot(shard, served);
    }
    return parkingLot;
  }

  /** Binds what is not bound yet, and then takes no new clients where it is not bound any more. */
  void bind() {
    if (closed) {
      return;
    }
    switch (placement) {
      case Placement.Nowhere(String why) -> error = why;
      case Placement.Refused(String why) -> refuse(why);
      case Placement.Inside(_, boolean ownStreams) when ownStreams && !isUdp() -> bindOrInherit();
      case Placement.Inside _ -> take();
      case Placement.Gathered _ -> gather();
      case Placement.Host _ -> bindOrInherit();
    }
  }

  private boolean isUdp() {
    return served.route.port().protocol() == Protocol.UDP;
  }

  private void refuse(String why) {
    error = why;
    placeless = true;
  }

  /** Has what the shard receives for all ports that are taken over come here. */
  private void take() {
    if (isUdp() && taken == null) {
      taken = new UdpClients(shard, served);
      shard.served().udpClients().put(served.route.port(), taken);
    }
    error = null;
  }

  /** The same for a range, which may be for some of the node's addresses alone. */
  private void gather() {
    take();
    if (!isUdp()) {
      shard.served().tcpRanges().put(served.route.port(), this);
    }
    addresses = wanted();
    placeless = addresses.isEmpty();
    conclude(null);
  }

  /** Its datagrams still come here for a moment, and what is answered goes back. */
  private void leave() {
    if (taken != null) {
      UdpClients leaving = taken;
      PublishedPort port = served.route.port();
      taken = null;
      leaving.linger(() -> shard.served().udpClients().remove(port, leaving));
    }
  }

  private void bindOrInherit() {
    if (inheritance.defer(() -> shard.execute(this::bind))) {
      return;
    }
    List<Bound> all = new ArrayList<>();
    String failure = null;
    List<InetSocketAddress> wanted = wanted();
    for (InetSocketAddress address : wanted) {
      List<Bound> there = boundTo(address);
      try {
        all.addAll(there.isEmpty() ? listenOn(address) : there);
      } catch (IOException e) {
        failure = text(address, Errno.text(e));
      } catch (ChannelException e) {
        failure = text(address, String.valueOf(e.getMessage()));
      }
    }
    List<Bound> before = bound;
    bound = List.copyOf(all);
    before.stream().filter(each -> !all.contains(each)).forEach(each -> each.listener.stop());
    addresses = wanted.stream().filter(address -> !boundTo(address).isEmpty()).toList();
    placeless = wanted.isEmpty();
    conclude(failure);
  }

  private void conclude(@Nullable String failure) {
    String problem = places == null ? null : places.problem();
    if (failure != null) {
      bindLater(failure);
    } else if (problem != null) {
      shard.counters().of(ShardCounter.BIND_FAILURES).increment();
      error = problem;
    } else {
      error = null;
      retry = FIRST_RETRY;
    }
  }

  /** Serves the port elsewhere, if that is not where it is. Relays go on. */
  void place(Placement next) {
    if (next.equals(placement) || closed) {
      return;
    }
    // Also where the address is the same: its namespace may be another one.
    List<Bound> before = bound;
    bound = List.of();
    addresses = List.of();
    placement = next;
    isTakenOver = next instanceof Placement.Inside;
    placeless = false;
    error = NOT_BOUND;
    retry = FIRST_RETRY;
    before.forEach(each -> each.listener.stop());
    leave();
    bind();
  }

  /** Where it is to be bound now. */
  private List<InetSocketAddress> wanted() {
    int number = served.route.port().number();
    if (placement instanceof Placement.Inside(Foothold foothold, _)) {
      return List.of(new InetSocketAddress(foothold.address(), number));
    }
    return places == null
        ? List.of(BindAddress.of(shard.config().bindAddress(), number))
        : places.addresses().stream().map(each -> BindAddress.of(each, number)).toList();
  }

  private String text(InetSocketAddress address, String why) {
    return places == null ? why : address.getAddress().getHostAddress() + ": " + why;
  }

  private List<Bound> boundTo(InetSocketAddress address) {
    return bound.stream().filter(each -> BindAddress.isSame(each.address, address)).toList();
  }

  private List<Bound> listenOn(InetSocketAddress address) throws IOException {
    List<Bound> there = adoptAll(address);
    return there.isEmpty() ? List.of(listenOn(address, open(address))) : there;
  }

  private Socket open(InetSocketAddress address) throws IOException {
    PublishedPort port = served.route.port();
    return placement instanceof Placement.Inside(Foothold foothold, _)
        ? new TransparentSocket(shard.upstreamSockets(), foothold.namespace(), foothold.address())
            .stream(port.number())
        : BoundSocket.open(shard, port, address);
  }

  private List<Bound> adoptAll(InetSocketAddress address) {
    List<Bound> adopted = new ArrayList<>();
    for (PassedSocket passed : inheritance.claim(served.route.port(), address)) {
      try {
        adopted.add(listenOn(address, BoundSocket.adopt(shard, passed, address)));
      } catch (IOException e) {
        LOG.warn("{}: cannot go on with a socket: {}", passed.port(), e.getMessage());
      }
    }
    return adopted;
  }

  private Bound listenOn(InetSocketAddress address, Socket socket) throws IOException {
    return new Bound(
        address,
        switch (served.route.port().protocol()) {
          case TCP -> TcpListener.on(socket, shard, served);
          case UDP -> UdpListener.on(socket, shard, served);
        });
  }

  /** Adds second descriptors of all that is bound here. */
  void lend(List<PassedSocket> lent) {
    for (Bound each : bound) {
      try {
        lent.add(new PassedSocket(served.route.port(), each.listener.lend()));
      } catch (IOException e) {
        LOG.warn("{}: cannot be handed over: {}", served.route.port(), e.getMessage());
      }
    }
  }

  void takeBack() {
    bound.forEach(each -> each.listener.takeBack());
  }

  private void bindLater(String why) {
    shard.counters().of(ShardCounter.BIND_FAILURES).increment();
    if (!why.equals(error)) {
      LOG.warn("{}: cannot listen: {}; trying again", served.route.port(), why);
    }
    error = why;
    if (!isRetrying) {
      isRetrying = true;
      shard.schedule(this::retry, retry);
      retry =
          retry.multipliedBy(2).compareTo(LONGEST_RETRY) > 0
              ? LONGEST_RETRY
              : retry.multipliedBy(2);
    }
  }

  private void retry() {
    isRetrying = false;
    if (error != null) {
      bind();
    }
  }

  /** Takes no new clients any more, and drops those that wait; relays go on. */
  void close() {
    stopListening();
    shard.served().tcpRanges().remove(served.route.port(), this);
    if (parkingLot != null) {
      parkingLot.close();
    }
  }

  /** Takes no new clients any more; those that wait go on waiting, and relays go on. */
  void stopListening() {
    closed = true;
    bound.forEach(each -> each.listener.stop());
    bound = List.of();
    leave();
    addresses = List.of();
    error = "closed";
  }
}
