package io.tidegate.metrics;

import io.tidegate.routing.Ejection;
import java.util.EnumMap;
import java.util.Map;

/** What the control loop counts for one route. */
public final class EjectionCounters {

  private final Map<Ejection.Cause, Counter> ejections = new EnumMap<>(Ejection.Cause.class);

  /** Endpoints that were not ejected, because too many of the route were. */
  public final Counter spared = new Counter();

  public EjectionCounters() {
    for (Ejection.Cause cause : Ejection.Cause.values()) {
      ejections.put(cause, new Counter());
    }
  }

  /** Endpoints that were ejected, each time anew. */
  @SuppressWarnings("NullAway") // Filled for every constant.
  public Counter ejections(Ejection.Cause cause) {
    return ejections.get(cause);
  }

  /** What was counted so far; for any thread. */
  public EjectionStats stats() {
    Map<Ejection.Cause, Long> counts = new EnumMap<>(Ejection.Cause.class);
    ejections.forEach((cause, counter) -> counts.put(cause, counter.get()));
    return new EjectionStats(counts, spared.get());
  }
}
