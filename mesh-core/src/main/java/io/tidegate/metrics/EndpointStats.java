package io.tidegate.metrics;

/** The counts of one endpoint, summed over all shards. Bytes as in {@link RouteStats}. */
public record EndpointStats(
    long relays, long ended, long connectFailures, long bytesIn, long bytesOut) {

  static final EndpointStats ZERO = new EndpointStats(0, 0, 0, 0, 0);

  /** Relays that began and have not ended. */
  public long active() {
    return Math.max(relays - ended, 0);
  }

  EndpointStats plus(EndpointCounters counters) {
    return new EndpointStats(
        relays + counters.relays.get(),
        ended + counters.ended.get(),
        connectFailures + counters.connectFailures.get(),
        bytesIn + counters.bytesIn.get(),
        bytesOut + counters.bytesOut.get());
  }
}
