package io.tidegate.proxy;

import io.tidegate.metrics.Counter;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.metrics.ShardCounters;
import io.tidegate.overload.Restraint;
import org.jspecify.annotations.Nullable;

/**
 * Whether a shard takes further clients. Its share of what there may be is counted in places: a
 * relay takes two, a UDP session one, as many as they have descriptors.
 */
final class Admission {

  static final int PLACES_PER_CLIENT = 2;

  private final long mostPlaces;
  private final Counter places;
  private int starvingDials;
  private int parkedClients;
  private Restraint restraint = Restraint.NONE;

  Admission(ProxyConfig config, ShardCounters counters) {
    mostPlaces = mostPlaces(config);
    places = counters.places;
  }

  /** How many places one shard has. */
  static long mostPlaces(ProxyConfig config) {
    return (long) PLACES_PER_CLIENT * Math.max(config.relay().relays() / config.shards(), 1);
  }

  /** Why further clients are left in the kernel's queue, or null if they are not. */
  @Nullable ShardCounter pause() {
    if (restraint.isPaused()) {
      return ShardCounter.OVERLOAD_PAUSES;
    }
    if (places.get() + PLACES_PER_CLIENT > mostPlaces) {
      return ShardCounter.FULL_PAUSES;
    }
    // It would only be joined by further ones.
    return starvingDials > 0 ? ShardCounter.ACCEPT_PAUSES : null;
  }

  /** Whether one more UDP session may begin. */
  boolean mayBeginSession() {
    return !restraint.isPaused() && places.get() < mostPlaces;
  }

  /** Whether one more client may wait: those who do leave half of the places to those served. */
  boolean mayPark() {
    return parkedClients < mostPlaces / PLACES_PER_CLIENT / 2;
  }

  Restraint restraint() {
    return restraint;
  }

  void restrain(Restraint next) {
    restraint = next;
  }

  void clientParked() {
    parkedClients++;
  }

  void clientParkedNoMore() {
    parkedClients--;
  }

  void dialStarves() {
    starvingDials++;
  }

  void dialStarvesNoMore() {
    starvingDials--;
  }

  void clientCame() {
    places.add(PLACES_PER_CLIENT);
  }

  void clientLeft() {
    places.add(-PLACES_PER_CLIENT);
  }

  void sessionBegan() {
    places.add(1);
  }

  void sessionEnded() {
    places.add(-1);
  }
}
