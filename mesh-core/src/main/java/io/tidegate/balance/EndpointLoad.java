package io.tidegate.balance;

/**
 * What pickers compare, for one endpoint on one shard. Belongs to that shard and outlives routing
 * tables: an endpoint that stays keeps its load.
 */
public final class EndpointLoad {

  private int activeRelays;
  // When this endpoint was last picked, in picks of its route; breaks ties.
  private long lastPick;

  /** A connect or a relay to this endpoint began. */
  public void begin() {
    activeRelays++;
  }

  /** A connect or a relay to this endpoint ended. */
  public void end() {
    activeRelays--;
  }

  public int activeRelays() {
    return activeRelays;
  }

  long lastPick() {
    return lastPick;
  }

  void picked(long pick) {
    lastPick = pick;
  }

  /** Fewer active relays win; among equals the one that has waited longer for its turn. */
  boolean isBetterThan(EndpointLoad other) {
    return activeRelays != other.activeRelays
        ? activeRelays < other.activeRelays
        : lastPick < other.lastPick;
  }
}
