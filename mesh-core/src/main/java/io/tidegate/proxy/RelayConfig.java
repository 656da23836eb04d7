package io.tidegate.proxy;

import java.time.Duration;

/**
 * The limits of a relay.
 *
 * @param idleTimeout how long a relay may live with nothing moving
 * @param bytesPerWakeup what one direction of a relay moves before the others get their turn
 * @param maxPendingBytes what a shard may hold for receivers that are slower than their senders
 *     before it reads in small portions
 * @param pipeBytes the size that is asked for a pipe to splice through; an unprivileged user gets 1
 *     MiB at the most
 * @param pipes how many pipes a shard may have at once
 */
public record RelayConfig(
    RelayMode mode,
    Duration idleTimeout,
    int bytesPerWakeup,
    int maxPendingBytes,
    int pipeBytes,
    int pipes) {

  public RelayConfig {
    ProxyConfig.checkPositive("idleTimeout", idleTimeout);
    ProxyConfig.check("bytesPerWakeup", bytesPerWakeup, 4_096, 1 << 30);
    ProxyConfig.check("maxPendingBytes", maxPendingBytes, 65_536, 1 << 30);
    ProxyConfig.check("pipeBytes", pipeBytes, 65_536, 1 << 30);
    ProxyConfig.check("pipes", pipes, 0, 65_536);
  }

  public static RelayConfig defaults() {
    return new RelayConfig(RelayMode.ADAPTIVE, Duration.ofHours(1), 1 << 20, 32 << 20, 1 << 20, 32);
  }

  public RelayConfig withMode(RelayMode other) {
    return new RelayConfig(other, idleTimeout, bytesPerWakeup, maxPendingBytes, pipeBytes, pipes);
  }

  public RelayConfig withIdleTimeout(Duration other) {
    return new RelayConfig(mode, other, bytesPerWakeup, maxPendingBytes, pipeBytes, pipes);
  }

  public RelayConfig withPipes(int other) {
    return new RelayConfig(mode, idleTimeout, bytesPerWakeup, maxPendingBytes, pipeBytes, other);
  }
}
