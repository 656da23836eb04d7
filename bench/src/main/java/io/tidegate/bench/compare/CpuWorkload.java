package io.tidegate.bench.compare;

import io.tidegate.bench.compare.load.LoadLoop;
import io.tidegate.bench.compare.load.Responder;
import io.tidegate.bench.compare.load.Traffic;
import io.tidegate.bench.compare.report.Figure;
import java.net.InetSocketAddress;

/**
 * Traffic whose cost in CPU time is taken.
 *
 * @param figure what comes of it; its id is the workload's name
 * @param units the figure is the cost of so many
 * @param isUdp whether the proxy must carry UDP
 */
record CpuWorkload(Figure figure, double units, boolean isUdp, Source source) {

  /** Makes the traffic. */
  @FunctionalInterface
  interface Source {
    Traffic traffic(LoadLoop loop, InetSocketAddress target, Responder responder);
  }

  String name() {
    return figure.id();
  }
}
