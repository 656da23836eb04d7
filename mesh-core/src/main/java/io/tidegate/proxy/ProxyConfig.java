package io.tidegate.proxy;

import java.time.Duration;

/**
 * The limits of the data path, each with a name. Defaults are in {@link #defaults()}.
 *
 * @param shards event loops, each with all that it owns; one per core
 * @param bindAddress where to listen: {@code ::} is every address of both families
 * @param connectTimeout how long one connect attempt may take
 * @param connectAttempts how many different endpoints are tried before a client is refused
 * @param idleTimeout how long a relay may live with nothing moving
 * @param backlog connections that the kernel completes ahead of accept(2), per shard and port
 * @param bytesPerWakeup what one direction of a relay moves before the others get their turn
 * @param relayMode how relays move bytes
 * @param pipeBytes the size that is asked for a pipe to splice through; an unprivileged user gets 1
 *     MiB at the most
 * @param pipes how many pipes a shard may have at once
 * @param maxPendingBytes what a shard may hold for receivers that are slower than their senders
 *     before it reads in small portions
 */
public record ProxyConfig(
    int shards,
    String bindAddress,
    Duration connectTimeout,
    int connectAttempts,
    Duration idleTimeout,
    int backlog,
    int bytesPerWakeup,
    int maxPendingBytes,
    RelayMode relayMode,
    int pipeBytes,
    int pipes) {

  public ProxyConfig {
    check("shards", shards, 1, 256);
    check("connectAttempts", connectAttempts, 1, 16);
    check("backlog", backlog, 1, 65_535);
    check("bytesPerWakeup", bytesPerWakeup, 4_096, 1 << 30);
    check("maxPendingBytes", maxPendingBytes, 65_536, 1 << 30);
    check("pipeBytes", pipeBytes, 65_536, 1 << 30);
    check("pipes", pipes, 0, 65_536);
    checkPositive("connectTimeout", connectTimeout);
    checkPositive("idleTimeout", idleTimeout);
  }

  public static ProxyConfig defaults() {
    return new ProxyConfig(
        Runtime.getRuntime().availableProcessors(),
        "::",
        Duration.ofSeconds(4),
        3,
        Duration.ofHours(1),
        4_096,
        1 << 20,
        32 << 20,
        RelayMode.ADAPTIVE,
        1 << 20,
        32);
  }

  private static void check(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s: %d (expected: %d to %d)".formatted(name, value, min, max));
    }
  }

  private static void checkPositive(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: more than 0)");
    }
  }
}
