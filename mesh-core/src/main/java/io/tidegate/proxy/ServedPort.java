package io.tidegate.proxy;

import io.netty.channel.ChannelException;
import io.tidegate.metrics.ShardCounter;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
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

  /** What can be told to a listener of either protocol. */
  private record Listener(Consumer<ServedRoute> serve, Runnable stop) {}

  private final Shard shard;

  // Shard loop only.
  private ServedRoute served;
  private @Nullable Listener listener;
  private Duration retry = FIRST_RETRY;
  private boolean closed;
  // Made for the first client that is parked.
  private @Nullable ParkingLot parkingLot;

  // Read by whoever asks for the status. Null once bound.
  private volatile @Nullable String error = "not bound yet";

  ServedPort(Shard shard, ServedRoute served) {
    this.shard = shard;
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
    if (listener != null) {
      listener.serve.accept(next);
    }
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
    try {
      listener = open();
      error = null;
    } catch (IOException e) {
      bindLater(Errno.text(e));
    } catch (ChannelException e) {
      bindLater(String.valueOf(e.getMessage()));
    }
  }

  private Listener open() throws IOException {
    return switch (served.route.port().protocol()) {
      case TCP -> {
        TcpListener tcp = TcpListener.open(shard, served);
        yield new Listener(tcp::serve, tcp::stop);
      }
      case UDP -> {
        UdpListener udp = UdpListener.open(shard, served);
        yield new Listener(udp::serve, udp::stop);
      }
    };
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
    if (listener != null) {
      listener.stop.run();
      listener = null;
    }
    error = "closed";
  }
}
