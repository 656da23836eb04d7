package io.tidegate.agent.admin;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tidegate.agent.admin.Families.Point;
import io.tidegate.agent.vip.VipStatus;
import java.util.Map;
import java.util.stream.Stream;

/** How virtual addresses fare. */
final class VipFamilies {

  private VipFamilies() {}

  static void add(Families families, VipStatus vips, Map<String, String> names) {
    families.gauge(
        "vips",
        "Virtual addresses whose clients are brought to this agent, by network.",
        vips.networks().stream()
            .map(
                network ->
                    new Point(
                        Labels.of("network", names.getOrDefault(network.id(), network.id())),
                        network.addresses())));
    families.gauge(
        "vips_released",
        "Whether all virtual addresses were handed back on demand.",
        vips.isReleased() ? 1 : 0);
    families.counter(
        "vip_failures",
        "Attempts to have clients of virtual addresses brought to this agent that failed.",
        Stream.of(new Point(Labels.EMPTY, vips.failures())));
  }
}
