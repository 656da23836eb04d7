package io.tidegate.agent.admin;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tidegate.agent.admin.Families.Latencies;
import io.tidegate.metrics.LatencyStats;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.NetworkKey;
import io.tidegate.metrics.RouteStats;
import io.tidegate.routing.Protocol;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** How long connections take: by route, and of virtual addresses by network. */
final class LatencyFamilies {

  private final List<RouteSeries> routes;
  private final Map<NetworkKey, LatencyStats> networks;
  private final Map<String, String> names;

  private LatencyFamilies(List<RouteSeries> routes, MeshStats stats, Map<String, String> names) {
    this.routes = routes.stream().filter(route -> !route.isVirtual()).toList();
    networks = stats.networks();
    this.names = names;
  }

  static void add(
      Families families, List<RouteSeries> routes, MeshStats stats, Map<String, String> names) {
    new LatencyFamilies(routes, stats, names).addTo(families);
  }

  private void addTo(Families families) {
    families.histogram(
        "connect_duration_seconds",
        "From accepting a client to the task's answer, retries included.",
        LatencyBuckets.SHORT,
        Stream.concat(ofRoutes(RouteStats::connect), ofNetworks(LatencyStats::connect)));
    families.histogram(
        "first_byte_duration_seconds",
        "From accepting a client to the task's first byte.",
        LatencyBuckets.SHORT,
        Stream.concat(ofRoutes(RouteStats::firstByte), ofNetworks(LatencyStats::firstByte)));
    families.histogram(
        "connection_duration_seconds",
        "From accepting a client to the end of the relay.",
        LatencyBuckets.LONG,
        Stream.concat(ofRoutes(RouteStats::duration), ofNetworks(LatencyStats::duration)));
    families.histogram(
        "parking_duration_seconds",
        "How long connections waited for a task, however that ended.",
        LatencyBuckets.WAITING,
        Stream.concat(
            ofTcp(stats -> stats.parking().time()), ofNetworksByTcp(LatencyStats::parkedTime)));
  }

  private Stream<Latencies> ofRoutes(Function<RouteStats, Histogram> latency) {
    return routes.stream().map(route -> new Latencies(route.labels(), route.latency(latency)));
  }

  private Stream<Latencies> ofTcp(Function<RouteStats, Histogram> latency) {
    return routes.stream()
        .filter(route -> !route.isUdp())
        .map(route -> new Latencies(route.labels(), route.latency(latency)));
  }

  private Stream<Latencies> ofNetworks(Function<LatencyStats, Histogram> latency) {
    return networks.entrySet().stream()
        .map(entry -> new Latencies(labels(entry.getKey()), latency.apply(entry.getValue())));
  }

  private Stream<Latencies> ofNetworksByTcp(Function<LatencyStats, Histogram> latency) {
    return networks.entrySet().stream()
        .filter(entry -> entry.getKey().protocol() == Protocol.TCP)
        .map(entry -> new Latencies(labels(entry.getKey()), latency.apply(entry.getValue())));
  }

  private Labels labels(NetworkKey key) {
    String network = names.getOrDefault(key.networkId(), key.networkId());
    return Labels.of("network", network, "proto", key.protocol().toString());
  }
}
