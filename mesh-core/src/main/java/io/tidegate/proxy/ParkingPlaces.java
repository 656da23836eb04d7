package io.tidegate.proxy;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * How many clients are parked on this node, by what they wait for: a published port, or a virtual
 * one. Shared by the shards, among which the kernel spreads clients by chance; only a client that
 * is parked, or parked no more, touches it. For any thread.
 */
final class ParkingPlaces {

  // No entry for a port without parked clients.
  private final ConcurrentMap<Object, Integer> taken = new ConcurrentHashMap<>();

  /** Whether one more client may be parked; if so, it counts until {@link #giveBack}. */
  boolean take(Object port, int most) {
    int before = taken.getOrDefault(port, 0);
    while (before < most) {
      boolean isTaken =
          before == 0
              ? taken.putIfAbsent(port, 1) == null
              : taken.replace(port, before, before + 1);
      if (isTaken) {
        return true;
      }
      before = taken.getOrDefault(port, 0);
    }
    return false;
  }

  void giveBack(Object port) {
    taken.computeIfPresent(port, (_, clients) -> clients == 1 ? null : clients - 1);
  }
}
