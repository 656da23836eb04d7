package io.tidegate.balance;

/**
 * Chooses among the endpoints of one route on one shard. Not thread-safe: it belongs to its shard.
 */
public interface Picker {

  /** What {@link #pick} returns when no endpoint is left. */
  int NONE = -1;

  /**
   * Chooses an endpoint that was not tried yet.
   *
   * @return the endpoint's index in its route, or {@link #NONE}
   */
  int pick(Tried tried);
}
