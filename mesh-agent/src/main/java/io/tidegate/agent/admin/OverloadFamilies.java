package io.tidegate.agent.admin;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tidegate.agent.admin.Families.Point;
import io.tidegate.overload.Pressure;
import java.util.stream.Stream;

/** How much is in use of what the process lives on, and what the data path does about it. */
final class OverloadFamilies {

  private static final double PER_CENT = 100;

  private OverloadFamilies() {}

  static void add(Families families, AgentView view) {
    Pressure pressure = view.pressure();
    families.gauge(
        "pressure_ratio",
        "Share in use of what may run out, 0 to 1; what has no limit here is not among them.",
        pressure.ratios().entrySet().stream()
            .map(
                entry ->
                    new Point(Labels.of("resource", entry.getKey().toString()), entry.getValue())));
    families.gauge(
        "overload_idle_timeout_ratio",
        "What is left of idle timeouts: less than 1 while resources run short.",
        pressure.restraint().idlePercent() / PER_CENT);
    families.gauge(
        "overload_accept_paused",
        "Whether new clients are left to wait because resources have run short.",
        pressure.restraint().isPaused() ? 1 : 0);
    families.counter(
        "overloads",
        "Times that new clients had to wait because resources had run short.",
        Stream.of(new Point(Labels.EMPTY, pressure.pauses())));
    families.gauge(
        "limited_sources",
        "Addresses of clients that the limits of routes know now.",
        view.limitedSources());
  }
}
