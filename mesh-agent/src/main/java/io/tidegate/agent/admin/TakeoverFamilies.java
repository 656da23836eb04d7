package io.tidegate.agent.admin;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tidegate.agent.admin.Families.Point;
import io.tidegate.agent.takeover.RangesStatus;
import io.tidegate.agent.takeover.TakeoverStatus;
import java.util.stream.Stream;

/** How the takeover of ports from Docker's mesh fares. */
final class TakeoverFamilies {

  private TakeoverFamilies() {}

  static void add(Families families, TakeoverStatus takeover) {
    families.gauge(
        "takeover_ports",
        "Ports whose new clients Docker's mesh brings to this agent.",
        takeover.ports().size());
    families.gauge(
        "takeover_released",
        "Whether all ports were handed back to Docker's mesh on demand.",
        takeover.isReleased() ? 1 : 0);
    families.counter(
        "takeover_failures",
        "Attempts to take ports over from Docker's mesh, or to keep them, that failed.",
        Stream.of(new Point(Labels.EMPTY, takeover.failures())));
  }

  static void add(Families families, RangesStatus ranges) {
    families.gauge(
        "ranges",
        "Ranges of ports whose clients are brought to this agent.",
        ranges.ports().size());
    families.counter(
        "range_failures",
        "Attempts to have clients of ranges of ports brought to this agent that failed.",
        Stream.of(new Point(Labels.EMPTY, ranges.failures())));
  }
}
