package io.tidegate.metrics;

import org.HdrHistogram.Histogram;

/**
 * How long the connections to all virtual addresses of a network took, summed over all shards, in
 * microseconds; each as in {@link RouteStats}.
 *
 * @param parkedTime of clients that wait no more
 */
public record LatencyStats(
    Histogram connect, Histogram parkedTime, Histogram firstByte, Histogram duration) {}
