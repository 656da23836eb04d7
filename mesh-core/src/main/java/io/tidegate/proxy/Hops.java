package io.tidegate.proxy;

import io.tidegate.routing.Endpoint;
import io.tidegate.routing.HopGate;
import io.tidegate.routing.HopOffer;
import java.io.IOException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What one shard passes to the agents of other nodes, and where it hears them. Shard loop only. */
final class Hops {

  private final Shard shard;
  private final HopPool pool;
  // With a number behind it, no other connection in the cluster has it, or had.
  private final String connectionIdPrefix;
  private long passed;
  private @Nullable HopListener listener;
  private boolean stopped;

  Hops(Shard shard, RandomGenerator random) {
    this.shard = shard;
    pool = new HopPool(shard);
    connectionIdPrefix = "%016x-".formatted(random.nextLong());
  }

  /** A connection to another agent: see {@link HopPool#take}. */
  HopHalf take(HopOffer offer, RelayHalf.Owner owner) throws IOException {
    return pool.take(offer, owner);
  }

  /** What that agent is asked for. */
  HopHeader header(String serviceId, Endpoint endpoint, HopOffer offer, @Nullable Ends ends) {
    return new HopHeader(
        ends,
        endpoint.reach().fixedPort(),
        serviceId,
        endpoint.taskId(),
        connectionIdPrefix + passed++,
        offer.caller());
  }

  /** Hears other agents there from now on, or nowhere. */
  void hear(@Nullable HopGate gate) {
    if (listener != null && listener.gate().equals(gate)) {
      return;
    }
    stopListening();
    if (gate != null && !stopped) {
      listener = HopListener.open(shard, gate);
    }
  }

  private void stopListening() {
    if (listener != null) {
      listener.close();
      listener = null;
    }
  }

  /** Hears nobody any more; what was passed on to here goes on. */
  void stop() {
    stopped = true;
    stopListening();
  }

  void close() {
    stop();
    pool.close();
  }
}
