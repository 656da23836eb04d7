package io.tidegate.proxy;

import io.tidegate.balance.EndpointLoad;
import io.tidegate.kernel.SockAddr;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Reach;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What one shard keeps of an endpoint from table to table. Its address is encoded when it is first
 * dialled.
 */
final class ServedEndpoint {

  final EndpointLoad load;
  private final @Nullable InetSocketAddress address;
  private final Reach reach;
  private @Nullable SockAddr encoded;
  // Made for the first relay.
  private @Nullable EndpointRelays relays;
  private EndpointState state;
  private boolean isOutOfReach;
  private long sinceNanos;

  private ServedEndpoint(Endpoint endpoint, EndpointLoad load, long nowNanos) {
    this.load = load;
    address = endpoint.address();
    reach = endpoint.reach();
    state = endpoint.state();
    sinceNanos = nowNanos;
  }

  /**
   * The endpoint as a table has it.
   *
   * @param before the same by the table before, if that had it
   */
  static ServedEndpoint of(Endpoint endpoint, @Nullable ServedEndpoint before, long nowNanos) {
    if (before == null) {
      return new ServedEndpoint(endpoint, new EndpointLoad(), nowNanos);
    }
    if (Objects.equals(before.address, endpoint.address())) {
      return before;
    }
    ServedEndpoint moved = new ServedEndpoint(endpoint, before.load, before.sinceNanos);
    moved.state = before.state;
    moved.relays = before.relays;
    if (isAround(endpoint.reach(), before.reach)) {
      moved.giveUp();
    }
    return moved;
  }

  /**
   * Whether a way leads around the overlay that the last one led through: that seems to be gone.
   */
  private static boolean isAround(Reach now, Reach before) {
    return before.namespace() != null && now.kind() == Reach.Kind.HOP && now.namespace() == null;
  }

  /**
   * Takes note of its state.
   *
   * @param drainTimeout after how long no relay may be left where its task is to stop, or null
   */
  void follow(Endpoint now, @Nullable Duration drainTimeout, long nowNanos) {
    if (state != now.state()) {
      state = now.state();
      sinceNanos = nowNanos;
    }
    drain(drainTimeout);
    isOutOfReach = now.isOutOfReach();
    if (isOutOfReach) {
      giveUp();
    }
  }

  /** It seems to be gone, and what it would say as its end may never arrive. */
  void giveUp() {
    if (relays != null) {
      relays.giveUp();
    }
  }

  private void drain(@Nullable Duration timeout) {
    if (relays == null) {
      return;
    }
    if (drains() && timeout != null) {
      relays.drain(sinceNanos, timeout);
    } else {
      relays.keep();
    }
  }

  /** Whether its task is to stop. */
  boolean drains() {
    return state == EndpointState.DRAINING;
  }

  /** Whether nothing that is sent to it seems to arrive. */
  boolean isOutOfReach() {
    return isOutOfReach;
  }

  /** Since when it has been in its state. */
  long sinceNanos() {
    return sinceNanos;
  }

  EndpointRelays relays(ShardClock clock, RandomGenerator random, @Nullable Duration drainTimeout) {
    if (relays == null) {
      relays = new EndpointRelays(load, clock, random);
      drain(drainTimeout);
    }
    return relays;
  }

  /** What to dial, or null if it was not encoded yet. */
  @Nullable SockAddr encoded() {
    return encoded;
  }

  /**
   * Encodes what to dial.
   *
   * @throws NullPointerException if it is unreachable
   */
  SockAddr encode(Arena arena) {
    encoded = new SockAddr(Objects.requireNonNull(address), arena);
    return encoded;
  }
}
