package io.tidegate.agent.source;

import io.tidegate.routing.HopGate;
import io.tidegate.routing.Testimony;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Something that discovers topologies: a Swarm, a file, the demo's script. A source hands over
 * whole topologies only, and none at all while it knows nothing, so that a failing source never
 * takes a route away.
 */
public interface TopologySource extends AutoCloseable {

  /**
   * Begins to discover, on threads of its own, and hands every new topology to the sink. Called
   * once.
   */
  void start(Consumer<Topology> sink);

  /**
   * To be called before the start.
   *
   * @param sink gets all places where this node takes clients that other nodes' agents pass on,
   *     again whenever they change
   */
  default void onGates(Consumer<List<HopGate>> sink) {}

  /** How the discovery fares. May be called from any thread. */
  SourceStatus status();

  /** Each source of which it is made, the best first. May be called from any thread. */
  default List<SourceStatus> sources() {
    return List.of(status());
  }

  /**
   * How it fares with the agents of other nodes, or null if it knows of none. May be called from
   * any thread.
   */
  default @Nullable PeerStatus peers() {
    return null;
  }

  /** What the health checks of this node's tasks have told. May be called from any thread. */
  default CheckStatus checks() {
    return CheckStatus.NONE;
  }

  /**
   * What this node's own connects tell, for other nodes, if the source knows of any. May be called
   * from any thread, before the start too; does not wait.
   */
  default void testify(List<Testimony> testimonies) {}

  /**
   * The networks of this node, or null if none of its tasks is known to be here. Waits for an
   * answer; may be called from any thread.
   *
   * @throws IOException saying why they are not known
   */
  default @Nullable NodeNetworks networks() throws IOException, InterruptedException {
    return null;
  }

  /**
   * Another process has taken this one's place: gives up what only one of them can have, addresses
   * and files, and goes on to discover as well as it can without.
   */
  default void stepAside() {}

  /** Ends the source's threads. No topology is handed over after this returns. */
  @Override
  void close();
}
