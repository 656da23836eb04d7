package io.tidegate.agent.admin;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** Families of metrics with the prefix {@code tidegate_}, in the making. Names come without it. */
final class Families {

  private static final String PREFIX = "tidegate_";

  private final List<MetricSnapshot> families = new ArrayList<>();

  /** One series of a counter or a gauge. */
  record Point(Labels labels, double value) {}

  /** One series of a histogram, in microseconds. */
  record Latencies(Labels labels, Histogram micros) {}

  /** A counter; the format adds {@code _total} to its name. */
  void counter(String name, String help, Stream<Point> points) {
    CounterSnapshot.Builder family = CounterSnapshot.builder().name(PREFIX + name).help(help);
    points.forEach(
        point ->
            family.dataPoint(
                CounterDataPointSnapshot.builder()
                    .labels(point.labels())
                    .value(point.value())
                    .build()));
    families.add(family.build());
  }

  void gauge(String name, String help, Stream<Point> points) {
    GaugeSnapshot.Builder family = GaugeSnapshot.builder().name(PREFIX + name).help(help);
    points.forEach(
        point ->
            family.dataPoint(
                GaugeDataPointSnapshot.builder()
                    .labels(point.labels())
                    .value(point.value())
                    .build()));
    families.add(family.build());
  }

  void gauge(String name, String help, double value) {
    gauge(name, help, Stream.of(new Point(Labels.EMPTY, value)));
  }

  /** A histogram in seconds, whose name ends so. */
  void histogram(String name, String help, LatencyBuckets buckets, Stream<Latencies> series) {
    HistogramSnapshot.Builder family =
        HistogramSnapshot.builder().name(PREFIX + name).help(help).unit(Unit.SECONDS);
    series.forEach(
        latencies ->
            family.dataPoint(
                HistogramDataPointSnapshot.builder()
                    .labels(latencies.labels())
                    .classicHistogramBuckets(buckets.of(latencies.micros()))
                    .sum(LatencyBuckets.sumSeconds(latencies.micros()))
                    .build()));
    families.add(family.build());
  }

  /** A constant 1 that carries its labels; the format adds {@code _info} to its name. */
  void info(String name, String help, Labels labels) {
    families.add(
        InfoSnapshot.builder()
            .name(PREFIX + name)
            .help(help)
            .dataPoint(InfoDataPointSnapshot.builder().labels(labels).build())
            .build());
  }

  MetricSnapshots snapshots() {
    return new MetricSnapshots(families);
  }
}
