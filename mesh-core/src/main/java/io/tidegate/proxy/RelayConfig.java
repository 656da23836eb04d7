package io.tidegate.proxy;

import io.tidegate.overload.Descriptors;
import java.time.Duration;

/**
 * The limits of a relay.
 *
 * @param relays how many relays there may be in the process, where two UDP sessions count as one;
 *     each shard has its share, and leaves further clients in the kernel's queue until one of its
 *     relays ends
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
    int relays,
    Duration idleTimeout,
    int bytesPerWakeup,
    int maxPendingBytes,
    int pipeBytes,
    int pipes) {

  private static final int MOST_RELAYS = 1 << 22;
  // Measured: 470 bytes of heap for an idle one.
  private static final int HEAP_BYTES = 512;
  private static final int SHARE_OF_HEAP = 2;

  public RelayConfig {
    ProxyConfig.check("relays", relays, 1, MOST_RELAYS);
    ProxyConfig.checkPositive("idleTimeout", idleTimeout);
    ProxyConfig.check("bytesPerWakeup", bytesPerWakeup, 4_096, 1 << 30);
    ProxyConfig.check("maxPendingBytes", maxPendingBytes, 65_536, 1 << 30);
    ProxyConfig.check("pipeBytes", pipeBytes, 65_536, 1 << 30);
    ProxyConfig.check("pipes", pipes, 0, 65_536);
  }

  /** As many relays as there are descriptors for, with two for each, and half of the heap. */
  public static RelayConfig defaults() {
    long byDescriptors = Descriptors.forClients(Descriptors.limit()) / Admission.PLACES_PER_CLIENT;
    long byHeap = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP / HEAP_BYTES;
    long relays = Math.min(byDescriptors, byHeap);
    return new RelayConfig(
        RelayMode.ADAPTIVE,
        Math.clamp(relays, 1, MOST_RELAYS),
        Duration.ofHours(1),
        1 << 20,
        32 << 20,
        1 << 20,
        32);
  }

  public RelayConfig withMode(RelayMode other) {
    return new RelayConfig(
        other, relays, idleTimeout, bytesPerWakeup, maxPendingBytes, pipeBytes, pipes);
  }

  public RelayConfig withRelays(int other) {
    return new RelayConfig(
        mode, other, idleTimeout, bytesPerWakeup, maxPendingBytes, pipeBytes, pipes);
  }

  public RelayConfig withIdleTimeout(Duration other) {
    return new RelayConfig(mode, relays, other, bytesPerWakeup, maxPendingBytes, pipeBytes, pipes);
  }

  public RelayConfig withPipes(int other) {
    return new RelayConfig(
        mode, relays, idleTimeout, bytesPerWakeup, maxPendingBytes, pipeBytes, other);
  }
}
