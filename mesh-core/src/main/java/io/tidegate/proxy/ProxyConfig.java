package io.tidegate.proxy;

import java.time.Duration;

/**
 * The limits of the data path, each with a name. Defaults are in {@link #defaults()}.
 *
 * @param shards event loops, each with all that it owns; one per core, 256 at most
 * @param bindAddress where to listen: {@code ::} is every address of both families
 * @param connectTimeout how long one connect attempt may take
 * @param connectAttempts how many different endpoints are tried before a client is refused
 * @param backlog connections that the kernel completes ahead of accept(2), per shard and port
 */
public record ProxyConfig(
    int shards,
    String bindAddress,
    Duration connectTimeout,
    int connectAttempts,
    int backlog,
    RelayConfig relay,
    UdpConfig udp) {

  private static final int MOST_SHARDS = 256;

  public ProxyConfig {
    check("shards", shards, 1, MOST_SHARDS);
    check("connectAttempts", connectAttempts, 1, 16);
    check("backlog", backlog, 1, 65_535);
    checkPositive("connectTimeout", connectTimeout);
  }

  public static ProxyConfig defaults() {
    return new ProxyConfig(
        Math.min(Runtime.getRuntime().availableProcessors(), MOST_SHARDS),
        "::",
        Duration.ofSeconds(4),
        3,
        4_096,
        RelayConfig.defaults(),
        UdpConfig.defaults());
  }

  static void check(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s: %d (expected: %d to %d)".formatted(name, value, min, max));
    }
  }

  static void checkPositive(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: more than 0)");
    }
  }
}
