package io.tidegate.agent.admin;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.EndpointStats;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.RouteStats;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * The counts behind one set of labels: those of a route, and of an earlier service of the same name
 * on the same port while its last relays finish. Routes of virtual addresses are among them once
 * they have had a client.
 *
 * @param parts none for a route that has counted nothing yet
 */
record RouteSeries(Labels labels, List<RouteStats> parts) {

  private static final int SIGNIFICANT_DIGITS = 2;

  /**
   * All of them.
   *
   * @param networks names by id
   */
  static List<RouteSeries> of(MeshStats stats, RoutingTable table, Map<String, String> networks) {
    Map<Labels, List<RouteStats>> parts = new LinkedHashMap<>();
    table.routes().values().forEach(route -> parts.put(labels(route), new ArrayList<>()));
    stats
        .routes()
        .forEach(
            (key, route) ->
                parts.computeIfAbsent(labels(key, networks), _ -> new ArrayList<>()).add(route));
    return parts.entrySet().stream()
        .map(entry -> new RouteSeries(entry.getKey(), entry.getValue()))
        .toList();
  }

  boolean isUdp() {
    return Protocol.UDP.toString().equals(labels.get("proto"));
  }

  /** Whether it is of a virtual address. */
  boolean isVirtual() {
    return labels.get("network") != null;
  }

  static Labels labels(Route route) {
    PublishedPort port = route.port();
    return labels(route.serviceName(), port);
  }

  static Labels labels(RouteKey route) {
    return labels(route.serviceName(), route.port());
  }

  /** Those of a virtual address have its network besides, by name where that is known. */
  private static Labels labels(RouteKey route, Map<String, String> networks) {
    String id = route.networkId();
    return id.isEmpty()
        ? labels(route)
        : labels(route).add("network", networks.getOrDefault(id, id));
  }

  static Labels labels(PublishedPort port) {
    return Labels.of("port", port.numbers(), "proto", port.protocol().toString());
  }

  private static Labels labels(String service, PublishedPort port) {
    return Labels.of(
        "service", service, "port", port.numbers(), "proto", port.protocol().toString());
  }

  long sum(ToLongFunction<RouteStats> count) {
    return parts.stream().mapToLong(count).sum();
  }

  Histogram latency(Function<RouteStats, Histogram> latency) {
    Histogram sum = new Histogram(SIGNIFICANT_DIGITS);
    parts.forEach(part -> sum.add(latency.apply(part)));
    return sum;
  }

  Map<EndpointKey, EndpointStats> endpoints() {
    Map<EndpointKey, EndpointStats> endpoints = new LinkedHashMap<>();
    parts.forEach(
        part -> part.endpoints().forEach((key, s) -> endpoints.merge(key, s, RouteSeries::plus)));
    return endpoints;
  }

  private static EndpointStats plus(EndpointStats a, EndpointStats b) {
    return new EndpointStats(
        a.relays() + b.relays(),
        a.ended() + b.ended(),
        a.connectFailures() + b.connectFailures(),
        a.bytesIn() + b.bytesIn(),
        a.bytesOut() + b.bytesOut());
  }
}
