package io.tidegate.bench.compare;

import static io.tidegate.bench.compare.contender.Contenders.HAPROXY;
import static io.tidegate.bench.compare.contender.Contenders.HAPROXY_AUTO;
import static io.tidegate.bench.compare.contender.Contenders.HAPROXY_SPLICE;
import static io.tidegate.bench.compare.contender.Contenders.HAPROXY_SPLICE_1M;
import static io.tidegate.bench.compare.contender.Contenders.NGINX;

import io.tidegate.bench.compare.report.Bar;
import java.util.ArrayList;
import java.util.List;

/** What Tidegate wants to reach. */
final class Standards {

  /** Whose values the others are divided by. */
  static final List<String> PEERS = List.of(HAPROXY_SPLICE, HAPROXY_SPLICE_1M, NGINX);

  // Where a bar names HAProxy without more, its cheapest configuration counts.
  private static final List<String> ANY_HAPROXY =
      List.of(HAPROXY, HAPROXY_AUTO, HAPROXY_SPLICE, HAPROXY_SPLICE_1M);

  private Standards() {}

  /** The bars for what is measured. */
  static List<Bar> bars(Plan plan) {
    List<Bar> bars = new ArrayList<>();
    for (String bulk : List.of("bulk-1-up", "bulk-1-down", "bulk-16-up", "bulk-16-down")) {
      bars.add(new Bar(bulk, 0.60, List.of(HAPROXY_SPLICE)));
      bars.add(new Bar(bulk, 1.00, List.of(HAPROXY_SPLICE_1M)));
      bars.add(new Bar(bulk, 0.45, List.of(NGINX)));
    }
    for (String keepAlive : List.of("keep-alive-2", "keep-alive-1k", "keep-alive-16k")) {
      bars.add(new Bar(keepAlive, 1.00, List.of(NGINX)));
      bars.add(new Bar(keepAlive, 0.95, ANY_HAPROXY));
    }
    bars.add(new Bar(Workloads.CONNECT_CLOSE, 1.00, List.of(NGINX)));
    bars.add(new Bar(Workloads.CONNECT_CLOSE, 0.90, ANY_HAPROXY));
    bars.add(new Bar(Workloads.UDP, 0.80, List.of(NGINX)));
    for (String latency : LatencyPhase.FIGURE_IDS) {
      bars.add(new Bar(latency, 1.00, ANY_HAPROXY));
    }
    bars.add(new Bar(Workloads.MEMORY, 1_024, List.of()));
    bars.add(new Bar(Workloads.START, 500, List.of()));
    return bars.stream().filter(bar -> isMeasured(bar, plan)).toList();
  }

  private static boolean isMeasured(Bar bar, Plan plan) {
    boolean isLatency = LatencyPhase.FIGURE_IDS.contains(bar.figure());
    return plan.has(isLatency ? Workloads.LATENCY : bar.figure());
  }
}
