package io.tidegate.metrics;

/** What one shard counts for one endpoint. */
public final class EndpointCounters {

  /** Relays that began. */
  public final Counter relays = new Counter();

  /** Relays that ended. */
  public final Counter ended = new Counter();

  /** Connects that failed: refused, unreachable or not answered in time. */
  public final Counter connectFailures = new Counter();

  /** Bytes from clients to the task. */
  public final Counter bytesIn = new Counter();

  /** Bytes from the task to clients. */
  public final Counter bytesOut = new Counter();
}
