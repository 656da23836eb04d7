package io.tidegate.mesh;

import io.tidegate.metrics.MeshStats;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.UpstreamSockets;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.util.List;

/**
 * A running mesh: topologies in, connections balanced. Every method may be called from any thread.
 */
public final class Mesh implements AutoCloseable {

  private Mesh() {}

  /** Starts the control loop and the shards; nothing listens before the first topology. */
  public static Mesh start(ProxyConfig config, UpstreamSockets sockets) {
    return new Mesh();
  }

  /**
   * Hands over all that is known now. Bursts are coalesced, an unchanged topology has no effect.
   */
  public void offer(Topology topology) {}

  /** The routing table that was published last. */
  public RoutingTable table() {
    return RoutingTable.EMPTY;
  }

  public MeshStats stats() {
    return MeshStats.sum(List.of());
  }

  /** One status per port of the table that the shards have seen, in the order of the ports. */
  public List<ListenerStatus> listeners() {
    return List.of();
  }

  /**
   * Stops listening and waits until every relay has finished, at the most for the given time; true
   * if all did.
   */
  public boolean drain(Duration limit) {
    return true;
  }

  /** Ends everything at once; what still relays is reset. */
  @Override
  public void close() {}
}
