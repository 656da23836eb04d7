package io.tidegate.proxy;

import io.tidegate.routing.Policy;
import io.tidegate.routing.Timeouts;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How long a route waits and how many clients it takes: what its policy says, and else the agent's
 * own.
 *
 * @param clients null where there is no limit
 * @param hedging of the route on one shard
 */
record RouteLimits(
    Duration connectTimeout,
    long idleTimeoutNanos,
    long udpIdleTimeoutNanos,
    @Nullable ClientLimit clients,
    Hedging hedging) {

  private static final int HASTE = 4;

  static RouteLimits of(
      Policy policy, ProxyConfig config, @Nullable ClientLimit clients, Hedging hedging) {
    Timeouts own = policy.timeouts();
    return new RouteLimits(
        Objects.requireNonNullElse(own.connect(), config.connectTimeout()),
        Objects.requireNonNullElse(own.idle(), config.relay().idleTimeout()).toNanos(),
        Objects.requireNonNullElse(own.udpIdle(), config.udp().idleTimeout()).toNanos(),
        clients,
        hedging);
  }

  /**
   * As much of the connect timeout as silence is worth while there is somewhere else to turn to.
   */
  long silenceNanos() {
    return connectTimeout.toNanos() / HASTE;
  }

  /**
   * Lets a client in, or not; it counts until it leaves.
   *
   * @param address where it comes from, as {@link SourceAddress#counted} has it
   */
  Ticket enter(long address, long nowNanos) {
    return clients == null ? Ticket.UNLIMITED : clients.enter(address, nowNanos);
  }

  /** The same for a node that makes a detour: it brings many clients, and has limited each. */
  Ticket enterAsNode(long nowNanos) {
    return clients == null ? Ticket.UNLIMITED : clients.enterFromAnywhere(nowNanos);
  }

  /** Whether whoever holds the ticket is counted here already. */
  boolean counts(Ticket ticket) {
    return clients == null ? Ticket.UNLIMITED.equals(ticket) : clients.counts(ticket);
  }
}
