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

  /** Whether one more client may come; if so, it counts until {@link #leave}. */
  boolean enter() {
    return clients == null || clients.enter();
  }

  /**
   * Whether a client may come that others count until now; if so, it counts here instead, and
   * otherwise nowhere any more.
   */
  boolean enterFrom(RouteLimits others) {
    if (clients != null && others.clients != null && clients.isSameCountAs(others.clients)) {
      return true;
    }
    others.leave();
    return enter();
  }

  void leave() {
    if (clients != null) {
      clients.leave();
    }
  }
}
