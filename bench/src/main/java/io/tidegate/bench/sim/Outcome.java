package io.tidegate.bench.sim;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * What one run has shown.
 *
 * @param lossOfManager how it was lost: silent or ended
 * @param foundedMillis until every node had its first table
 * @param wronglyGone endpoints that went from a node's table although their tasks could take
 *     traffic
 */
record Outcome(
    long seed,
    String lossOfManager,
    double foundedMillis,
    double virtualSeconds,
    long replacedTasks,
    long commits,
    long changedObjects,
    long tables,
    long refused,
    long wronglyGone,
    int replicas,
    Percentiles convergenceMillis,
    Percentiles missedMillis,
    Percentiles failoverMillis,
    Received perNode,
    Percentiles sentMessagesPerManager,
    Percentiles sentBytesPerManager,
    @JsonIgnore Lags lags) {

  /** What the nodes that follow have received. */
  record Received(
      Percentiles messages,
      Percentiles bytes,
      long wholes,
      long wholeBytes,
      long changes,
      long changeBytes,
      long heartbeatBytes) {

    static Received of(List<Node> nodes) {
      List<Traffic> all = nodes.stream().map(node -> node.traffic).toList();
      return new Received(
          Percentiles.of(all, traffic -> traffic.messages),
          Percentiles.of(all, Traffic::bytes),
          all.stream().mapToLong(traffic -> traffic.wholes).sum(),
          all.stream().mapToLong(traffic -> traffic.wholeBytes).sum(),
          all.stream().mapToLong(traffic -> traffic.changes).sum(),
          all.stream().mapToLong(traffic -> traffic.changeBytes).sum(),
          all.stream().mapToLong(traffic -> traffic.heartbeatBytes).sum());
    }
  }

  static Outcome of(
      long seed,
      boolean isSilent,
      long foundedNanos,
      World world,
      long replaced,
      List<Manager> managers,
      List<Node> nodes) {
    Lags lags = world.judge().lags();
    return new Outcome(
        seed,
        isSilent ? "silent" : "ended",
        foundedNanos / 1e6,
        world.time().nanoTime() / 1e9,
        replaced,
        world.swarm().commits(),
        world.swarm().changes(),
        nodes.stream().mapToLong(node -> node.table().tables()).sum(),
        nodes.stream().mapToLong(Node::refused).sum()
            + managers.stream().mapToLong(manager -> manager.publisher.refused()).sum(),
        world.judge().wronglyGone(),
        world.standings().replicas(),
        Percentiles.millis(lags.followed),
        Percentiles.millis(lags.missed),
        Percentiles.millis(lags.failover),
        Received.of(nodes),
        Percentiles.of(managers, Manager::sentMessages),
        Percentiles.of(managers, Manager::sentBytes),
        lags);
  }
}
