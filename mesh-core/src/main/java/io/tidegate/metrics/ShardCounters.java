package io.tidegate.metrics;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Everything one shard counts. The shard is the only writer, of the map as of the counters in it.
 */
public final class ShardCounters {

  /** The routes that this shard serves or has served lately. */
  public final ConcurrentMap<RouteKey, RouteCounters> routes = new ConcurrentHashMap<>();

  /** How late the event loop came to its timers. */
  public final Latency loopLag = new Latency();

  /** Descriptors that relays and UDP sessions take now: two and one each. */
  public final Counter places = new Counter();

  /** Pipes through which relays splice now. */
  public final Counter leasedPipes = new Counter();

  /** Bytes that wait now for receivers that did not take them at once. */
  public final Counter keptBytes = new Counter();

  /** Sockets to tasks that are bound to clients' own addresses now. */
  public final Counter imitations = new Counter();

  private final Map<ShardCounter, Counter> counters = new EnumMap<>(ShardCounter.class);

  public ShardCounters() {
    for (ShardCounter counter : ShardCounter.values()) {
      counters.put(counter, new Counter());
    }
  }

  @SuppressWarnings("NullAway") // Filled for every constant.
  public Counter of(ShardCounter counter) {
    return counters.get(counter);
  }
}
