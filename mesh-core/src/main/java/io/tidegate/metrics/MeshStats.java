package io.tidegate.metrics;

import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/**
 * All counts of the data path at one moment, summed over all shards.
 *
 * @param routes every route that is served or was lately
 * @param networks how long connections to virtual addresses took, by network and protocol; their
 *     routes say nothing of that
 * @param imitations sockets to tasks that are bound to clients' own addresses now
 * @param loopLag how late event loops came to their timers, in microseconds
 */
public record MeshStats(
    SortedMap<RouteKey, RouteStats> routes,
    SortedMap<NetworkKey, LatencyStats> networks,
    Map<ShardCounter, Long> shards,
    long imitations,
    Histogram loopLag) {

  private static final int SIGNIFICANT_DIGITS = 2;

  /** Sums what the shards have counted. For any thread but the shards' own. */
  public static MeshStats sum(Collection<ShardCounters> shards) {
    SortedMap<RouteKey, RouteStats> routes = new TreeMap<>();
    TreeSet<RouteKey> keys = new TreeSet<>();
    shards.forEach(shard -> keys.addAll(shard.routes.keySet()));
    for (RouteKey key : keys) {
      List<RouteCounters> parts =
          shards.stream().map(s -> s.routes.get(key)).filter(Objects::nonNull).toList();
      routes.put(key, sumRoute(parts, key.isVirtual() ? List.of() : parts));
    }
    Map<ShardCounter, Long> counts = new EnumMap<>(ShardCounter.class);
    for (ShardCounter counter : ShardCounter.values()) {
      counts.put(counter, sum(shards, shard -> shard.of(counter)));
    }
    return new MeshStats(
        routes,
        sumNetworks(shards),
        counts,
        sum(shards, shard -> shard.imitations),
        sumLatency(shards, shard -> shard.loopLag));
  }

  private static SortedMap<NetworkKey, LatencyStats> sumNetworks(Collection<ShardCounters> shards) {
    SortedMap<NetworkKey, Set<Latencies>> parts = new TreeMap<>();
    for (ShardCounters shard : shards) {
      shard.routes.forEach(
          (key, route) -> {
            if (key.isVirtual()) {
              parts.computeIfAbsent(NetworkKey.of(key), _ -> new HashSet<>()).add(route.latencies);
            }
          });
    }
    SortedMap<NetworkKey, LatencyStats> networks = new TreeMap<>();
    parts.forEach((key, latencies) -> networks.put(key, sumLatencies(latencies)));
    return networks;
  }

  private static LatencyStats sumLatencies(Set<Latencies> parts) {
    return new LatencyStats(
        sumLatency(parts, part -> part.connect),
        sumLatency(parts, part -> part.parkedTime),
        sumLatency(parts, part -> part.firstByte),
        sumLatency(parts, part -> part.duration));
  }

  /**
   * A route's own counts.
   *
   * @param timed those of which the latencies are the route's own, too
   */
  private static RouteStats sumRoute(List<RouteCounters> parts, List<RouteCounters> timed) {
    Map<EndpointKey, EndpointStats> endpoints = new HashMap<>();
    for (RouteCounters part : parts) {
      part.endpoints.forEach(
          (key, counters) ->
              endpoints.put(key, endpoints.getOrDefault(key, EndpointStats.ZERO).plus(counters)));
    }
    return new RouteStats(
        sumEach(ConnectionResult.class, parts, part -> part.connections),
        sumEach(CloseCause.class, parts, part -> part.closes),
        sum(parts, part -> part.connectRetries),
        sum(parts, part -> part.detours),
        sum(parts, part -> part.panicPicks),
        new RouteStats.Hedging(
            sum(parts, part -> part.hedges),
            sum(parts, part -> part.hedgesWon),
            sum(parts, part -> part.hedgesDenied)),
        new RouteStats.Parking(
            sum(parts, part -> part.parked),
            sumEach(ParkingEnd.class, parts, part -> part.parkingEnds),
            sum(parts, part -> part.parkingOverflows),
            sumLatency(timed, part -> part.parkedTime)),
        new RouteStats.ProxyHeaders(
            sumEach(ProxyHeaderResult.class, parts, part -> part.proxyHeaders),
            sum(parts, part -> part.proxyHeadersOmitted)),
        sumEach(Imitated.class, parts, part -> part.imitated),
        sum(parts, part -> part.bytesIn),
        sum(parts, part -> part.bytesOut),
        new RouteStats.Datagrams(
            sumEach(DatagramResult.class, parts, part -> part.datagramsIn),
            sumEach(DatagramResult.class, parts, part -> part.datagramsOut)),
        sumLatency(timed, part -> part.connect),
        sumLatency(timed, part -> part.firstByte),
        sumLatency(timed, part -> part.duration),
        endpoints);
  }

  private static <E extends Enum<E>> Map<E, Long> sumEach(
      Class<E> type, List<RouteCounters> parts, Function<RouteCounters, EnumCounters<E>> counters) {
    Map<E, Long> sums = new EnumMap<>(type);
    for (E constant : type.getEnumConstants()) {
      sums.put(
          constant, parts.stream().mapToLong(part -> counters.apply(part).get(constant)).sum());
    }
    return sums;
  }

  private static <T> long sum(Collection<T> parts, Function<T, Counter> counter) {
    return parts.stream().mapToLong(part -> counter.apply(part).get()).sum();
  }

  private static <T> Histogram sumLatency(Collection<T> parts, Function<T, Latency> latency) {
    Histogram sum = new Histogram(SIGNIFICANT_DIGITS);
    parts.forEach(part -> latency.apply(part).addTo(sum));
    return sum;
  }
}
