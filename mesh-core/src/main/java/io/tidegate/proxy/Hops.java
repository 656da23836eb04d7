package io.tidegate.proxy;

import io.tidegate.header.Ends;
import io.tidegate.header.HopHeader;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.HopGate;
import io.tidegate.routing.HopOffer;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What one shard passes to the agents of other nodes, and where it hears them. Shard loop only. */
final class Hops {

  private final Shard shard;
  private final HopPool pool;
  // With a number behind it, no other connection in the cluster has it, or had.
  private final String connectionIdPrefix;
  private long passed;
  private final Set<HopSession> sessions = new HashSet<>();
  private final Map<HopGate, HopListener> listeners = new HashMap<>();
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

  /** A connection whose client is served: the next one may have it. */
  void giveBack(HopHalf half) {
    pool.giveBack(half);
  }

  /** What that agent is asked for, for a connection or a probe. */
  HopHeader header(String serviceId, Endpoint endpoint, HopOffer offer, @Nullable Ends ends) {
    return asked(serviceId, endpoint, offer, ends, HopHeader.NO_UDP);
  }

  /**
   * The same for a UDP session.
   *
   * @param udpPort of the session's own socket
   */
  HopHeader header(String serviceId, Endpoint endpoint, HopOffer offer, Ends ends, int udpPort) {
    return asked(serviceId, endpoint, offer, ends, udpPort);
  }

  private HopHeader asked(
      String serviceId, Endpoint endpoint, HopOffer offer, @Nullable Ends ends, int udpPort) {
    return new HopHeader(
        ends,
        udpPort,
        endpoint.reach().fixedPort(),
        serviceId,
        endpoint.taskId(),
        connectionIdPrefix + passed++,
        offer.caller());
  }

  /** Hears other agents there from now on, and nowhere else. */
  void hear(List<HopGate> gates) {
    listeners
        .values()
        .removeIf(
            listener -> {
              boolean isLeft = !gates.contains(listener.gate());
              if (isLeft) {
                listener.close();
              }
              return isLeft;
            });
    if (!stopped) {
      gates.forEach(gate -> listeners.computeIfAbsent(gate, _ -> HopListener.open(shard, gate)));
    }
  }

  /** A UDP session that was passed on to here has begun. */
  void enter(HopSession session) {
    sessions.add(session);
  }

  void leave(HopSession session) {
    sessions.remove(session);
  }

  /**
   * Hears nobody any more. What was passed on to here goes on; UDP sessions, which have no end of
   * their own, for a moment.
   */
  void stop() {
    stopped = true;
    hear(List.of());
    sessions.forEach(HopSession::linger);
  }

  void close() {
    stop();
    pool.close();
  }
}
