package io.tidegate.agent.admin;

import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.metrics.ParkingEnd;
import io.tidegate.metrics.RouteStats;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What was counted for a route since the start.
 *
 * @param hedges connects to one task while another kept silent
 * @param parked clients that wait for a task now
 * @param parking null for a route where none ever had to
 */
record CountsAnswer(
    Map<ConnectionResult, Long> connections,
    long active,
    long parked,
    Map<CloseCause, Long> closes,
    long connectRetries,
    long detours,
    long panicPicks,
    RouteStats.Hedging hedges,
    Bytes bytes,
    @Nullable Waits parking,
    @Nullable Datagrams datagrams,
    @Nullable Millis connectMillis,
    @Nullable Millis firstByteMillis) {

  static CountsAnswer of(RouteStats stats) {
    return new CountsAnswer(
        stats.connections(),
        stats.active(),
        stats.parking().active(),
        stats.closes(),
        stats.connectRetries(),
        stats.detours(),
        stats.panicPicks(),
        stats.hedging(),
        new Bytes(stats.bytesIn(), stats.bytesOut()),
        Waits.of(stats.parking()),
        Datagrams.of(stats.datagrams()),
        Millis.of(stats.connect()),
        Millis.of(stats.firstByte()));
  }

  /**
   * Clients that had to wait for a task, by how that ended, and those that could not.
   *
   * @param millis how long those waited that wait no more
   */
  record Waits(long parked, Map<ParkingEnd, Long> ends, long overflows, @Nullable Millis millis) {

    static @Nullable Waits of(RouteStats.Parking parking) {
      return parking.parked() == 0 && parking.overflows() == 0
          ? null
          : new Waits(
              parking.parked(), parking.ends(), parking.overflows(), Millis.of(parking.time()));
    }
  }

  /** From clients to tasks, and from tasks to clients. */
  record Bytes(long in, long out) {}

  /** What became of datagrams from clients, and from tasks; only where there were any. */
  record Datagrams(Map<DatagramResult, Long> in, Map<DatagramResult, Long> out) {

    static @Nullable Datagrams of(RouteStats.Datagrams datagrams) {
      return datagrams.isNone() ? null : new Datagrams(datagrams.in(), datagrams.out());
    }
  }

  /** Percentiles in milliseconds. */
  record Millis(double p50, double p99) {

    static @Nullable Millis of(Histogram micros) {
      return micros.getTotalCount() == 0
          ? null
          : new Millis(
              micros.getValueAtPercentile(50) / 1e3, micros.getValueAtPercentile(99) / 1e3);
    }
  }
}
