package io.tidegate.bench.compare;

import static io.tidegate.bench.compare.contender.Contenders.HAPROXY;
import static io.tidegate.bench.compare.contender.Contenders.HAPROXY_AUTO;
import static io.tidegate.bench.compare.contender.Contenders.HAPROXY_SPLICE;
import static io.tidegate.bench.compare.contender.Contenders.HAPROXY_SPLICE_1M;
import static io.tidegate.bench.compare.contender.Contenders.NGINX;
import static io.tidegate.bench.compare.contender.Contenders.TIDEGATE;
import static io.tidegate.bench.compare.contender.Contenders.TIDEGATE_HOP;

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

  // Of a client that is passed to the agent on its task's node, over both agents.
  private static final double HOP_CPU = 1.90;
  private static final double HOP_P99 = 1.50;

  private Standards() {}

  /** The bars for what is measured. */
  static List<Bar> bars(Plan plan) {
    List<Bar> bars = new ArrayList<>();
    for (String bulk : List.of("bulk-1-up", "bulk-1-down", "bulk-16-up", "bulk-16-down")) {
      bars.add(own(bulk, 0.60, List.of(HAPROXY_SPLICE)));
      bars.add(own(bulk, 1.00, List.of(HAPROXY_SPLICE_1M)));
      bars.add(own(bulk, 0.45, List.of(NGINX)));
    }
    for (String keepAlive : List.of("keep-alive-2", "keep-alive-1k", "keep-alive-16k")) {
      bars.add(own(keepAlive, 1.00, List.of(NGINX)));
      bars.add(own(keepAlive, 0.95, ANY_HAPROXY));
    }
    bars.add(own(Workloads.CONNECT_CLOSE, 1.00, List.of(NGINX)));
    bars.add(own(Workloads.CONNECT_CLOSE, 0.90, ANY_HAPROXY));
    bars.add(own(Workloads.UDP, 0.80, List.of(NGINX)));
    for (String latency : LatencyPhase.FIGURE_IDS) {
      bars.add(own(latency, 1.00, ANY_HAPROXY));
    }
    bars.add(own(Workloads.MEMORY, 1_024, List.of()));
    bars.add(own(Workloads.START, 500, List.of()));
    for (CpuWorkload workload : Workloads.CPU) {
      bars.add(new Bar(TIDEGATE_HOP, workload.name(), HOP_CPU, List.of(TIDEGATE)));
      bars.add(new Bar(TIDEGATE_HOP, AddedPhase.id(workload.name()), HOP_CPU, List.of(TIDEGATE)));
    }
    bars.add(new Bar(TIDEGATE_HOP, "latency-p99", HOP_P99, List.of(TIDEGATE)));
    return bars.stream().filter(bar -> isMeasured(bar, plan)).toList();
  }

  private static Bar own(String figure, double factor, List<String> peers) {
    return new Bar(TIDEGATE, figure, factor, peers);
  }

  private static boolean isMeasured(Bar bar, Plan plan) {
    if (AddedPhase.isAdded(bar.figure())) {
      return plan.has(Workloads.ADDED);
    }
    boolean isLatency = LatencyPhase.FIGURE_IDS.contains(bar.figure());
    return plan.has(isLatency ? Workloads.LATENCY : bar.figure());
  }
}
