package io.tidegate.balance;

/**
 * What pickers compare, for one endpoint on one shard. Belongs to that shard and outlives routing
 * tables: an endpoint that stays keeps its load.
 *
 * <p>The load itself is a number in an array that the picker has for all its endpoints: with many
 * of them, drawing two at random costs a miss in the cache for each object on the way.
 */
public final class EndpointLoad {

  // Active relays, and below them when this endpoint was last picked, in picks of its route: one
  // comparison of the whole prefers fewer relays, and among equals who has waited longer.
  private static final int RELAYS_SHIFT = 40;
  private static final long ONE_RELAY = 1L << RELAYS_SHIFT;
  private static final long PICKS = ONE_RELAY - 1;

  private long[] loads = new long[1];
  private int place;

  /** A connect or a relay to this endpoint began. */
  public void begin() {
    loads[place] += ONE_RELAY;
  }

  /** A connect or a relay to this endpoint ended. */
  public void end() {
    loads[place] -= ONE_RELAY;
  }

  public int activeRelays() {
    return (int) (loads[place] >> RELAYS_SHIFT);
  }

  /** No picker compares this endpoint any more, though relays to it may go on. */
  public void leavePicker() {
    moveTo(new long[1], 0);
  }

  void moveTo(long[] newLoads, int newPlace) {
    newLoads[newPlace] = loads[place];
    loads = newLoads;
    place = newPlace;
  }

  /** When it was last picked. */
  static long lastPick(long load) {
    return load & PICKS;
  }

  /** The load of an endpoint that is picked now. */
  static long picked(long load, long pick) {
    return (load & ~PICKS) | (pick & PICKS);
  }
}
