package io.tidegate.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.unix.Socket;
import io.tidegate.metrics.ShardCounter;
import java.io.IOException;
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

  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);

  private final Shard shard;
  private final Inheritance.Share inheritance;

  // Shard loop only.
  private ServedRoute served;
  // One, but for what was inherited of a process with more shards.
  private List<Listener> listeners = List.of();
  private Duration retry = FIRST_RETRY;
  private boolean closed;
  // Made for the first client that is parked.
  private @Nullable ParkingLot parkingLot;

  // Read by whoever asks for the status. Null once bound.
  private volatile @Nullable String error = "not bound yet";

  ServedPort(Shard shard, Inheritance.Share inheritance, ServedRoute served) {
    this.shard = shard;
    this.inheritance = inheritance;
    this.served = served;
  }

  /** Why the port is not bound, in the system's words, or null when it is. For any thread. */
  @Nullable String error() {
    return error;
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
    if (closed || inheritance.defer(() -> shard.execute(this::bind))) {
      return;
    }
    try {
      listeners = adoptAll();
      if (listeners.isEmpty()) {
        listeners = List.of(listenOn(BoundSocket.open(shard, served.route.port())));
      }
      error = null;
    } catch (IOException e) {
      bindLater(Errno.text(e));
    } catch (ChannelException e) {
      bindLater(String.valueOf(e.getMessage()));
    }
  }

  private List<Listener> adoptAll() {
    List<Listener> adopted = new ArrayList<>();
    for (PassedSocket passed : inheritance.claim(served.route.port())) {
      try {
        adopted.add(listenOn(BoundSocket.adopt(shard, passed)));
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
    shard.schedule(this::bind, retry);
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
